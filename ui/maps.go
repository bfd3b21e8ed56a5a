package ui

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"

	"vedette/ui/api"
	"vedette/ui/maps"
)

var tileTypes = map[maps.Format]string{
	maps.PNG: "image/png", maps.JPEG: "image/jpeg", maps.WebP: "image/webp", maps.AVIF: "image/avif", maps.Vector: "application/vnd.mapbox-vector-tile",
}

// nothing is a picture of one pixel that cannot be seen, for the tiles that a map of pictures lacks: a map in a browser takes no
// answer without a picture for one.
var nothing, _ = base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABh6FO1AAAAABJRU5ErkJggg==")

func getMaps(c *call) error {
	if c.s.cfg.Maps == nil {
		return c.answer([]api.MapFile{})
	}
	all, err := c.s.cfg.Maps.List(c.r.Context())
	if err != nil {
		return err
	}
	files := make([]api.MapFile, len(all))
	for i, m := range all {
		files[i] = api.MapFile{
			ID: m.ID, Name: m.Name, Format: string(m.Format), MinZoom: m.MinZoom, MaxZoom: m.MaxZoom,
			Attribution: m.Attribution, Layers: m.Layers, Problem: m.Problem,
		}
		if m.Bounds != [4]float64{} {
			files[i].Bounds = &m.Bounds
		}
	}
	return c.answer(files)
}

func getMapTile(c *call) error {
	z, errZ := strconv.Atoi(c.r.PathValue("z"))
	x, errX := strconv.Atoi(c.r.PathValue("x"))
	y, errY := strconv.Atoi(c.r.PathValue("y"))
	if errors.Join(errZ, errX, errY) != nil || c.s.cfg.Maps == nil {
		return api.NotFound("there is no such tile; GET /maps says what there is, and tiles are at /maps/ID/z/x/y")
	}
	tile, format, err := c.s.cfg.Maps.Tile(c.r.Context(), c.r.PathValue("id"), z, x, y)
	if errors.Is(err, maps.ErrNoMap) {
		return api.NotFound("%s", err)
	}
	if err != nil {
		return err
	}
	h := c.w.Header()
	h.Set("Content-Type", tileTypes[format])
	if len(tile.Data) == 0 && format != maps.Vector {
		h.Set("Content-Type", "image/png")
		tile.Data = nothing
	}
	if tile.Gzip {
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", strconv.Itoa(len(tile.Data)))
	h.Set("Cache-Control", "private, max-age=600")
	c.w.WriteHeader(http.StatusOK)
	_, _ = c.w.Write(tile.Data) // the client may be gone
	return nil
}
