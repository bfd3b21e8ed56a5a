package geopicture

import (
	"fmt"
	"math"
)

// Of GeoTIFF 1.1.
const (
	keyModel, keyRaster, keyGeographic, keyAngle, keyProjected, keyLength = 1024, 1025, 2048, 2054, 3072, 3076

	modelProjected, modelGeographic = 1, 2
	rasterIsPoint                   = 2
	unitMetre, unitDegree           = 9001, 9102
	userDefined                     = 32767
)

// place is where a picture lies: an affine map from its points (the corner of the first one is 0, 0) to a coordinate system.
type place struct {
	system                  system
	originX, perCol, perRow float64 // x = originX + perCol*column + perRow*row
	originY, upCol, upRow   float64
	det                     float64
}

// readPlace finds out where the picture of a directory lies.
func readPlace(t *tiff, d directory) (*place, error) {
	p := &place{}
	point, err := p.readKeys(t, d)
	if err != nil {
		return nil, err
	}
	if err := p.readAffine(t, d); err != nil {
		return nil, err
	}
	if point { // the numbers are of the first point's middle
		p.originX -= (p.perCol + p.perRow) / 2
		p.originY -= (p.upCol + p.upRow) / 2
	}
	p.det = p.perCol*p.upRow - p.perRow*p.upCol
	if !(math.Abs(p.det) > 1e-30 && math.Abs(p.det) < 1e30 && math.Abs(p.originX) < 1e9 && math.Abs(p.originY) < 1e9) {
		return nil, errNotOnEarth
	}
	return p, nil
}

// readKeys finds the coordinate system, and whether places are of points' middles.
func (p *place) readKeys(t *tiff, d directory) (point bool, err error) {
	words, err := t.whole(d[tagGeoKeys], 0, 4*256)
	if err != nil {
		return false, err
	}
	keys := map[uint64]uint64{}
	for i := 4; i+3 < len(words); i += 4 {
		if words[i+1] == 0 { // the value stands here
			keys[words[i]] = words[i+3]
		}
	}
	if len(keys) == 0 {
		return false, errNoPlace
	}
	switch keys[keyModel] {
	case modelGeographic:
		switch code := keys[keyGeographic]; code {
		case epsgWGS84, epsgWGS84Heights, epsgETRS89, epsgNAD83, epsgGDA2020:
			p.system = degrees{}
		case 0, userDefined:
			return false, errNoSystem
		default:
			return false, otherSystem(code)
		}
		if unit := keys[keyAngle]; unit != 0 && unit != unitDegree {
			return false, fmt.Errorf("it does not count in degrees (EPSG unit %d): %s", unit, warp)
		}
	case modelProjected:
		code := keys[keyProjected]
		if code == 0 || code == userDefined {
			return false, errNoSystem
		}
		if p.system = systemOf(code); p.system == nil {
			return false, otherSystem(code)
		}
		if unit := keys[keyLength]; unit != 0 && unit != unitMetre {
			return false, fmt.Errorf("it does not count in metres (EPSG unit %d): %s", unit, warp)
		}
	default:
		return false, errNoSystem
	}
	return keys[keyRaster] == rasterIsPoint, nil
}

func (p *place) readAffine(t *tiff, d directory) error {
	m, err := t.reals(d[tagTransformation], 16)
	if err != nil {
		return err
	}
	scale, err := t.reals(d[tagPixelScale], 3)
	if err != nil {
		return err
	}
	tie, err := t.reals(d[tagTiePoint], 12)
	if err != nil {
		return err
	}
	switch {
	case len(scale) >= 2 && len(tie) >= 6:
		p.perCol, p.upRow = scale[0], -scale[1]
		p.originX, p.originY = tie[3]-tie[0]*p.perCol, tie[4]-tie[1]*p.upRow
	case len(m) == 16:
		p.perCol, p.perRow, p.originX = m[0], m[1], m[3]
		p.upCol, p.upRow, p.originY = m[4], m[5], m[7]
	case len(tie) >= 12:
		return errByPoints
	default:
		return errNoPlace
	}
	return nil
}

// at is the place of a point of the picture in degrees.
func (p *place) at(col, row float64) (lon, lat float64) {
	return p.system.back(p.originX+p.perCol*col+p.perRow*row, p.originY+p.upCol*col+p.upRow*row)
}

// from is the point of the picture at a place.
func (p *place) from(lon, lat float64) (col, row float64) {
	x, y := p.system.forward(lon, lat)
	x, y = x-p.originX, y-p.originY
	return (p.upRow*x - p.perRow*y) / p.det, (p.perCol*y - p.upCol*x) / p.det
}
