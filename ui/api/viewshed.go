package api

import "vedette/internal/geo"

// ViewshedQuery asks what can be seen from a place.
type ViewshedQuery struct {
	Eye     geo.LatLon
	HeightM float64 // of the eye above the ground
	RangeM  float64
	TargetM float64 // height above the ground of what is looked for
}

// ViewshedProperties describe a viewshed; its geometry is a MultiPolygon of what is seen.
type ViewshedProperties struct {
	HeightM float64 `json:"heightM"`
	RangeM  float64 `json:"rangeM"`
	TargetM float64 `json:"targetM"`
	StepM   float64 `json:"stepM"`     // between the places that were looked at, along a line of sight
	Share   float64 `json:"seenShare"` // of the ground within range, 0 to 1
}

// Viewshed is what can be seen from a place over the terrain, as a feature.
type Viewshed = Feature[ViewshedProperties]
