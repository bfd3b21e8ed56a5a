package ui

import (
	"context"
	"errors"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"vedette/internal/access"
	"vedette/ui/api"
)

const (
	// filePatience is for a file over the slowest link.
	filePatience = 30 * time.Minute
	maxUpload    = 16 << 20
	maxFilePath  = 238
)

// wait is a context for a long reading, which ends when the client goes away or the server stops.
func (c *call) wait(patience time.Duration) (context.Context, context.CancelFunc) {
	c.takeTime(patience)
	ctx, cancel := context.WithTimeout(c.r.Context(), patience)
	stop := context.AfterFunc(c.s.quit, cancel)
	return ctx, func() { stop(); cancel() }
}

// download answers with a file.
func (c *call) download(name, kind string, content []byte) error {
	h := c.w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Length", strconv.Itoa(len(content)))
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	c.w.WriteHeader(http.StatusOK)
	_, _ = c.w.Write(content) // the client may be gone
	return nil
}

// filePath is the path on the vehicle in the query.
func (c *call) filePath() (string, error) {
	return checkFilePath("path", c.r.URL.Query().Get("path"))
}

func checkFilePath(name, p string) (string, error) {
	if p == "" || len(p) > maxFilePath || strings.ContainsFunc(p, func(r rune) bool { return r < ' ' || r == 0x7F }) {
		return "", api.BadRequest("%s: a path of 1 to %d bytes on the vehicle is needed", name, maxFilePath)
	}
	return p, nil
}

// getFiles reads a file, or lists a folder.
func getFiles(c *call) error {
	id, err := c.vehicle()
	if err != nil {
		return err
	}
	p, err := c.filePath()
	if err != nil {
		return err
	}
	folder, err := c.flag("list")
	if err != nil {
		return err
	}
	ctx, cancel := c.wait(filePatience)
	defer cancel()
	if folder || strings.HasSuffix(p, "/") {
		entries, err := c.s.cfg.Station.ListFiles(ctx, id, p)
		if err != nil {
			return err
		}
		return c.answer(api.FileList{Path: p, Entries: list(entries)})
	}
	content, err := c.s.cfg.Station.ReadFile(ctx, id, p)
	if problem, is := errors.AsType[*api.Problem](err); is && (problem.Status == http.StatusNotFound || problem.Status == http.StatusUnprocessableEntity) {
		// A folder cannot be read, and vehicles say so in many ways.
		if entries, listErr := c.s.cfg.Station.ListFiles(ctx, id, p); listErr == nil {
			return c.answer(api.FileList{Path: p, Entries: list(entries)})
		}
	}
	if err != nil {
		return err
	}
	return c.download(path.Base(p), "application/octet-stream", content)
}

func putFile(c *call) error {
	id, err := c.vehicle()
	if err != nil {
		return err
	}
	p, err := c.filePath()
	if err != nil {
		return err
	}
	content, err := c.raw(maxUpload)
	if err != nil {
		return err
	}
	return c.fileAct("writeFile", id, map[string]any{"path": p, "bytes": len(content)}, func(ctx context.Context) error {
		return c.s.cfg.Station.WriteFile(ctx, c.who, id, p, content)
	})
}

// deleteFile removes a file, or an empty folder where the path ends with a slash.
func deleteFile(c *call) error {
	id, err := c.vehicle()
	if err != nil {
		return err
	}
	p, err := c.filePath()
	if err != nil {
		return err
	}
	return c.fileAct("removeFile", id, map[string]any{"path": p}, func(ctx context.Context) error {
		return c.s.cfg.Station.RemoveFile(ctx, c.who, id, p)
	})
}

func (c *call) fileAct(action string, id int, request any, do func(context.Context) error) error {
	c.takeTime(filePatience)
	record := access.Record{Kind: access.KindCommand, Action: action, Target: idText(id), Detail: commandRecord{Request: request}}
	if err := c.audited(record, do); err != nil {
		return err
	}
	return c.noContent()
}

// changeFiles makes a folder, renames, cuts, or asks for a checksum.
func changeFiles(c *call) error {
	var b api.FileAction
	if err := c.body(&b); err != nil {
		return err
	}
	if _, err := checkFilePath("path", b.Path); err != nil {
		return err
	}
	switch b.Action {
	case "makeFolder", "checksum":
	case "rename":
		if _, err := checkFilePath("to", b.To); err != nil {
			return err
		}
	case "truncate":
		if b.Size == nil {
			return api.BadRequest("truncate needs size in bytes")
		}
	default:
		return api.BadRequest("action %.40q: makeFolder, rename, truncate and checksum are known", b.Action)
	}
	id, err := c.vehicle()
	if err != nil {
		return err
	}
	var result api.FileResult
	record := access.Record{Kind: access.KindCommand, Action: b.Action, Target: idText(id), Detail: commandRecord{Request: b}}
	err = c.audited(record, func(ctx context.Context) error {
		var err error
		result, err = c.s.cfg.Station.ChangeFiles(ctx, c.who, id, b)
		return err
	})
	if err != nil {
		return err
	}
	return c.answer(result)
}

// cancelTransfer ends the file, parameter or log transfer of a vehicle.
func cancelTransfer(c *call) error {
	id, err := c.vehicle()
	if err != nil {
		return err
	}
	record := access.Record{Kind: access.KindCommand, Action: "cancelTransfer", Target: idText(id)}
	if err := c.audited(record, func(context.Context) error { return c.s.cfg.Station.CancelTransfer(id) }); err != nil {
		return err
	}
	return c.noContent()
}
