package station

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"vedette/internal/access"
	"vedette/mavlink"
	"vedette/ui/api"
)

// maxFile is the most that is read of a file over the API. Logs, which are larger, have their own way.
const maxFile = 64 << 20

// onboard is what people do with files on vehicles.
type onboard struct {
	mavlink *mavlink.Service
	plans   *planTransfers
}

// ListFiles implements ui.Onboard.
func (o *onboard) ListFiles(ctx context.Context, id int, path string) ([]api.FileEntry, error) {
	entries, err := o.mavlink.ListFiles(ctx, id, path)
	if err != nil {
		return nil, commandProblem(id, err)
	}
	out := make([]api.FileEntry, len(entries))
	for i, e := range entries {
		out[i] = api.FileEntry{Name: e.Name, Folder: e.Dir, Size: e.Size}
	}
	return out, nil
}

// ReadFile implements ui.Onboard.
func (o *onboard) ReadFile(ctx context.Context, id int, path string) ([]byte, error) {
	content, err := o.mavlink.ReadFile(ctx, id, path, maxFile)
	return content, commandProblem(id, err)
}

// WriteFile implements ui.Onboard.
func (o *onboard) WriteFile(ctx context.Context, _ access.Principal, id int, path string, content []byte) error {
	return commandProblem(id, o.mavlink.WriteFile(ctx, id, path, content))
}

// RemoveFile implements ui.Onboard.
func (o *onboard) RemoveFile(ctx context.Context, _ access.Principal, id int, path string) error {
	if folder, ok := strings.CutSuffix(path, "/"); ok {
		return commandProblem(id, o.mavlink.RemoveFolder(ctx, id, folder))
	}
	return commandProblem(id, o.mavlink.RemoveFile(ctx, id, path))
}

// ChangeFiles implements ui.Onboard.
func (o *onboard) ChangeFiles(ctx context.Context, _ access.Principal, id int, a api.FileAction) (api.FileResult, error) {
	result := api.FileResult{Path: a.Path}
	var err error
	switch a.Action {
	case "makeFolder":
		err = o.mavlink.MakeFolder(ctx, id, strings.TrimSuffix(a.Path, "/"))
	case "rename":
		err = o.mavlink.RenameFile(ctx, id, a.Path, a.To)
		result.Path = a.To
	case "truncate":
		if a.Size == nil {
			return result, api.BadRequest("truncate needs size in bytes")
		}
		err = o.mavlink.TruncateFile(ctx, id, a.Path, *a.Size)
	case "checksum":
		var sum uint32
		sum, err = o.mavlink.FileChecksum(ctx, id, a.Path)
		result.CRC32 = fmt.Sprintf("%08x", sum)
	default:
		return result, api.BadRequest("there is no action %q", a.Action)
	}
	return result, commandProblem(id, err)
}

// CancelTransfer implements ui.Onboard.
func (o *onboard) CancelTransfer(id int) error {
	if o.plans.cancel(id) {
		return nil
	}
	on, err := o.mavlink.CancelTransfer(id)
	if err != nil {
		return commandProblem(id, err)
	}
	if !on {
		return api.Conflict("no plan, file, parameters or log are being transferred with vehicle %d", id)
	}
	return nil
}

// OnboardLogs implements ui.Onboard.
func (o *onboard) OnboardLogs(ctx context.Context, id int) ([]api.OnboardLog, error) {
	logs, err := o.mavlink.OnboardLogs(ctx, id)
	if err != nil {
		return nil, commandProblem(id, err)
	}
	out := make([]api.OnboardLog, len(logs))
	for i, l := range logs {
		out[i] = api.OnboardLog{ID: l.ID, Size: l.Size, Have: l.Have, Complete: l.Complete, Downloading: l.Downloading, Failed: l.Failed}
		if !l.Time.IsZero() {
			out[i].At = api.At(l.Time)
		}
	}
	return out, nil
}

// DownloadLog implements ui.Onboard.
func (o *onboard) DownloadLog(ctx context.Context, id, n int, byMessages bool) error {
	return commandProblem(id, o.mavlink.DownloadLog(ctx, id, n, byMessages))
}

// OpenLog implements ui.Onboard.
func (o *onboard) OpenLog(id, n int) (io.ReadSeekCloser, string, time.Time, error) {
	f, name, at, err := o.mavlink.OpenLog(id, n)
	return f, name, at, commandProblem(id, err)
}

// EraseLogs implements ui.Onboard.
func (o *onboard) EraseLogs(ctx context.Context, _ access.Principal, id int) error {
	return commandProblem(id, o.mavlink.EraseLogs(ctx, id))
}
