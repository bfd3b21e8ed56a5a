package main

import "vedette/ui/maps/geopicture/testtiff"

// ortho is a picture of 3 km by 2.4 km around the demo's site in UTM zone 55 south: blue west of the easting 696700, orange east of it.
func ortho() ([]byte, error) {
	const border = 696_700
	p := around()
	p.Samples, p.Tile, p.Overviews, p.Copyright = 3, 256, []int{2, 4}, "Orthophoto office"
	p.At = func(x, _, band int) int {
		if p.X+(float64(x)+0.5)*p.StepX < border {
			return [3]int{0, 120, 255}[band]
		}
		return [3]int{255, 140, 0}[band]
	}
	return p.Make()
}

// heights is an elevation model of the same place, which is no picture.
func heights() ([]byte, error) {
	p := around()
	p.Samples, p.Bits, p.Format, p.Photometric = 1, 16, 2, 1
	return p.Make()
}

func around() testtiff.Picture {
	return testtiff.Picture{Width: 1500, Height: 1200, EPSG: 32755, X: 695_200, Y: 6_086_200, StepX: 2, StepY: 2, Compression: 8, Predictor: 2}
}
