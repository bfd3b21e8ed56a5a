package ui

import (
	"context"
	"errors"
	"net/http"
	"path"
	"strings"
	"time"

	"vedette/ui/api"
)

const (
	// filePatience is for a file over the slowest link.
	filePatience = 30 * time.Minute
	maxUpload    = 16 << 20
	maxFilePath  = 238
)

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
	p, err := c.filePath()
	if err != nil {
		return err
	}
	content, err := c.raw(maxUpload)
	if err != nil {
		return err
	}
	return c.perform("writeFile", map[string]any{"path": p, "bytes": len(content)}, filePatience, func(ctx context.Context, id int) error {
		return c.s.cfg.Station.WriteFile(ctx, c.who, id, p, content)
	})
}

// deleteFile removes a file, or an empty folder where the path ends with a slash.
func deleteFile(c *call) error {
	p, err := c.filePath()
	if err != nil {
		return err
	}
	return c.perform("removeFile", map[string]any{"path": p}, filePatience, func(ctx context.Context, id int) error {
		return c.s.cfg.Station.RemoveFile(ctx, c.who, id, p)
	})
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
	return performed(c, b.Action, b, 0, func(ctx context.Context, id int) (api.FileResult, error) {
		return c.s.cfg.Station.ChangeFiles(ctx, c.who, id, b)
	})
}

// cancelTransfer ends the file, parameter or log transfer of a vehicle.
func cancelTransfer(c *call) error {
	return c.perform("cancelTransfer", nil, 0, func(_ context.Context, id int) error { return c.s.cfg.Station.CancelTransfer(id) })
}
