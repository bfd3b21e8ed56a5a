package ui

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"vedette/internal/access"
	"vedette/ui/api"
)

func (s *station) Parameters(_ context.Context, _ int, q api.ParameterQuery) (api.ParameterList, error) {
	return api.ParameterList{Verified: !q.Cached, Parameters: []api.Parameter{{Name: "P", Value: api.Known(2.0)}}}, s.did("parameters " + q.Search)
}

func (s *station) ParameterFile(_ context.Context, _ int, format string, _ api.ParameterQuery) ([]byte, error) {
	return []byte("P,2 as " + format), nil
}

func (s *station) Parameter(_ context.Context, _ int, name string) (api.Parameter, error) {
	return api.Parameter{Name: name, Value: api.Known(1.0)}, nil
}

func (s *station) SetParameter(_ context.Context, _ access.Principal, _ int, name string, v float64) (api.Parameter, error) {
	return api.Parameter{Name: name, Value: &v}, s.did("setParameter")
}

func (s *station) Settings(_ context.Context, _, component int, search string) ([]api.Parameter, error) {
	return nil, s.did(fmt.Sprintf("settings of %d %s", component, search))
}

func (s *station) Setting(_ context.Context, _, component int, name string) (api.Parameter, error) {
	return api.Parameter{Name: name}, s.did(fmt.Sprintf("setting of %d", component))
}

func (s *station) SetSetting(_ context.Context, _ access.Principal, _, component int, name string, v api.ParameterValue) (api.Parameter, error) {
	return api.Parameter{Name: name, Text: v.Text, Value: v.Value}, s.did(fmt.Sprintf("set setting of %d", component))
}

func (s *station) SetParameters(_ context.Context, _ access.Principal, _ int, values map[string]float64) ([]api.ParameterResult, error) {
	return []api.ParameterResult{{Name: "P", Result: "set"}}, s.did(fmt.Sprintf("setParameters %d", len(values)))
}

func (s *station) CompareParameters(_ context.Context, _ int, with api.ParameterComparison) (api.ParameterDifferences, error) {
	what := "vehicle"
	if with.File != nil {
		what = *with.File
	}
	return api.ParameterDifferences{}, s.did("compare with " + what)
}

func (s *station) SaveParameters(_ context.Context, _ int, name string) error {
	return s.did("save " + name)
}
func (s *station) SavedParameters() ([]api.SavedParameters, error) { return nil, nil }

func (s *station) ListFiles(_ context.Context, _ int, path string) ([]api.FileEntry, error) {
	return nil, s.did("list " + path)
}

func (s *station) ReadFile(_ context.Context, _ int, path string) ([]byte, error) {
	return []byte("content"), s.did("read " + path)
}

func (s *station) WriteFile(_ context.Context, _ access.Principal, _ int, path string, content []byte) error {
	return s.did("write " + path + " " + string(content))
}

func (s *station) RemoveFile(_ context.Context, _ access.Principal, _ int, path string) error {
	return s.did("remove " + path)
}

func (s *station) ChangeFiles(_ context.Context, _ access.Principal, _ int, a api.FileAction) (api.FileResult, error) {
	return api.FileResult{Path: a.Path}, s.did(a.Action + " " + a.Path)
}
func (s *station) CancelTransfer(int) error { return s.did("cancelTransfer") }

func (s *station) OnboardLogs(context.Context, int) ([]api.OnboardLog, error) {
	return []api.OnboardLog{{ID: 3, Size: 8, Have: 8, Complete: true}}, nil
}

func (s *station) DownloadLog(_ context.Context, _, n int, _ bool) error {
	return s.did(fmt.Sprintf("download log %d", n))
}

func (s *station) OpenLog(int, int) (io.ReadSeekCloser, string, time.Time, error) {
	return struct {
		io.ReadSeeker
		io.Closer
	}{strings.NewReader("a log"), io.NopCloser(nil)}, "log.bin", time.Unix(1e9, 0), nil
}

func (s *station) EraseLogs(context.Context, access.Principal, int) error { return s.did("erase logs") }
