package ui

import (
	"net/http"
	"strconv"
	"strings"

	"vedette/internal/geo"
	"vedette/ui/api"
)

// maxZoom is the deepest zoom of web mercator tiles that anybody asks for.
const maxZoom = 22

func getTerrain(c *call) error {
	info, err := c.s.cfg.Station.TerrainInfo()
	if err != nil {
		return err
	}
	return c.answer(info)
}

func getElevation(c *call) error {
	lat, err := c.float("lat", -90, 90)
	if err != nil {
		return err
	}
	lon, err := c.float("lon", -180, 180)
	if err != nil {
		return err
	}
	e, err := c.s.cfg.Station.Elevation(geo.LatLon{Lat: lat, Lon: lon})
	if err != nil {
		return err
	}
	return c.answer(e)
}

func getTerrainTile(c *call) error {
	last, png := strings.CutSuffix(c.r.PathValue("y"), ".png")
	z, errZ := strconv.Atoi(c.r.PathValue("z"))
	x, errX := strconv.Atoi(c.r.PathValue("x"))
	y, errY := strconv.Atoi(last)
	if !png || errZ != nil || errX != nil || errY != nil || z < 0 || z > maxZoom || x < 0 || y < 0 || x >= 1<<z || y >= 1<<z {
		return api.NotFound("there is no such tile; ask for z/x/y.png")
	}
	tile, err := c.s.cfg.Station.TerrainTile(c.r.Context(), z, x, y)
	if err != nil {
		return err
	}
	h := c.w.Header()
	h.Set("Content-Type", "image/png")
	h.Set("Content-Length", strconv.Itoa(len(tile)))
	h.Set("Cache-Control", "private, max-age=3600")
	c.w.WriteHeader(http.StatusOK)
	_, _ = c.w.Write(tile) // the client may be gone
	return nil
}
