package geopicture

import (
	"errors"
	"fmt"
)

// What is wrong with a file, and how a user mends it. The commands are those of GDAL.
var (
	errNoTIFF     = errors.New("it is no TIFF file")
	errCut        = errors.New("it is cut off: copy it again")
	errElevation  = errors.New("it is an elevation model, no picture: put it into the terrain folder (terrain.folder)")
	errNoPlace    = errors.New("it does not say where it lies (a world file beside it is not read): gdal_translate -a_srs EPSG:… IN.tif OUT.tif writes that into it, gdalwarp places a scan by points")
	errByPoints   = errors.New("it is placed by single points only: gdalwarp -t_srs EPSG:3857 IN.tif OUT.tif makes a map of it")
	errNoSystem   = errors.New("it is in a coordinate system without an EPSG number: " + warp)
	errNotOnEarth = errors.New("where it says that it lies is not on Earth")
	errLargeParts = errors.New("its strips or tiles are too large to be read one by one: gdal_translate -co TILED=YES -co COMPRESS=DEFLATE IN.tif OUT.tif, then gdaladdo OUT.tif")
)

const warp = "gdalwarp -t_srs EPSG:3857 IN.tif OUT.tif makes one that can be shown"

func otherSystem(code uint64) error {
	return fmt.Errorf("it is in EPSG:%d; EPSG:4326, EPSG:3857 and UTM of WGS 84, ETRS89, NAD83 or GDA2020 are read: %s", code, warp)
}

// compressions that are known by name but not read.
var compressions = map[uint64]string{
	2: "CCITT", 3: "CCITT fax 3", 4: "CCITT fax 4", 6: "old JPEG", 34712: "JPEG 2000", 34887: "LERC", 34925: "LZMA", 50000: "Zstandard", 50001: "WebP", 50002: "JPEG XL",
}

func otherCompression(c uint64) error {
	name := compressions[c]
	if name == "" {
		name = fmt.Sprintf("method %d", c)
	}
	return fmt.Errorf("it is compressed by %s, which is not read: gdal_translate -co COMPRESS=DEFLATE -co TILED=YES IN.tif OUT.tif", name)
}

func otherSamples(what string, args ...any) error {
	return fmt.Errorf("its points are %s, which is not read: gdal_translate -ot Byte -scale IN.tif OUT.tif", fmt.Sprintf(what, args...))
}

func damaged(what string, args ...any) error {
	return fmt.Errorf("it is damaged: %s", fmt.Sprintf(what, args...))
}
