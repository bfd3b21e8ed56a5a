package maps

import (
	"context"
	"fmt"
	"os"

	"vedette/ui/maps/geopicture"
)

// geoTIFF is an open GeoTIFF picture, whose tiles are drawn when they are asked for.
type geoTIFF struct {
	file    *os.File
	picture *geopicture.Picture
}

func openGeoTIFF(reader *geopicture.Reader, path string) (archive, error) {
	file, err := os.Open(path) //nolint:gosec // a file in the folder that the configuration names
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	stat, err := file.Stat()
	if err != nil {
		_ = file.Close() // nothing was written
		return nil, fmt.Errorf("open: %w", err)
	}
	picture, err := reader.Open(file, stat.Size(), MaxZoom)
	if err != nil {
		_ = file.Close() // nothing was written
		return nil, err
	}
	return &geoTIFF{file, picture}, nil
}

func (g *geoTIFF) describe() Map {
	return Map{Attribution: g.picture.Copyright, Format: PNG, MinZoom: g.picture.MinZoom, MaxZoom: g.picture.MaxZoom, Bounds: g.picture.Bounds}
}

func (g *geoTIFF) tile(ctx context.Context, z, x, y int) (Tile, error) {
	data, err := g.picture.Tile(ctx, z, x, y)
	return Tile{Data: data}, err
}

func (g *geoTIFF) close() error {
	g.picture.Close()
	return g.file.Close()
}
