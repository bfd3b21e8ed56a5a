package api

import "vedette/internal/geo"

// FeedPlace is the ground that a point of a feed's picture shows, and how well that is known.
type FeedPlace struct {
	Feed          string     `json:"feed"`
	T             Time       `json:"t"` // of the picture
	Position      geo.LatLon `json:"position"`
	ElevationAMSL geo.AMSL   `json:"elevationAMSL"`
	SlantM        float64    `json:"slantM"` // from the camera
	Ellipse       Ellipse    `json:"ellipse"`
}
