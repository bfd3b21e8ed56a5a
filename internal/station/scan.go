package station

import (
	"math"
	"time"

	"vedette/internal/geo"
	"vedette/mavlink"
	"vedette/tracking/fusion"
	"vedette/tracking/georef"
	"vedette/video"
)

const (
	// scanDelay is how long a frame waits before it is placed on the ground, so that the vehicle's pose at its instant
	// lies between two received samples.
	scanDelay = 200 * time.Millisecond
	// detectRangeM is how far a person still fills enough pixels to be found; beyond it an empty frame says nothing.
	detectRangeM = 350
	// placeRangeM is the slant range beyond which a place is too vague to be of use.
	placeRangeM = 600
	// minScore drops what the detector itself hardly believes.
	minScore = 0.4
	// classWeight is what one frame's opinion of the class counts for: a shape of few pixels says little, and the next frame
	// only repeats it.
	classWeight = 0.03
)

// sightSigma are the errors of a small multirotor's camera pose that change from frame to frame. What stays, such as a
// compass that is off, is in cameraBias.
func sightSigma(timeExact bool) georef.Sigma {
	s := georef.Sigma{YawDeg: 0.3, PitchDeg: 0.2, RollDeg: 0.2, HorizontalM: 0.5, VerticalM: 0.7, TimeS: 0.02, TerrainM: 1, Pixel: 2}
	if !timeExact {
		s.TimeS = 0.3
	}
	return s
}

func cameraBias() fusion.Bias {
	return fusion.Bias{PosSigmaM: 1.5, YawSigmaDeg: 0.7, PitchSigmaDeg: 0.3, PosTau: 3 * time.Minute}
}

// sight is a camera at the instant of a frame.
type sight struct {
	camera georef.Camera
	pose   georef.Pose
}

// sightOf is the camera of a feed with the pose of its vehicle.
func sightOf(p mavlink.Pose, widthPx, heightPx int, hfovDeg float64) sight {
	place := geo.LatLon{Lat: p.Lat, Lon: p.Lon}
	return sight{
		camera: georef.CameraFromHFOV(widthPx, heightPx, hfovDeg),
		pose: georef.Pose{
			Position: place,
			HAE:      geo.ToHAE(place, geo.AMSL(p.AltAMSL)),
			Attitude: georef.Attitude{YawDeg: p.GimbalYawDeg, PitchDeg: p.GimbalPitchDeg, RollDeg: p.GimbalRollDeg},
			Velocity: [3]float64{p.VelEast, p.VelNorth, p.VelUp},
		},
	}
}

// scanOf places the detections of a frame on the ground. Boxes that meet no ground are left out.
func scanOf(locator *georef.Locator, s sight, d video.Detections, heightAGL float64, footprint []geo.LatLon) fusion.Scan {
	scan := fusion.Scan{
		Sensor:    d.Feed,
		Time:      d.FrameTime,
		Arrival:   d.FrameTime.Add(scanDelay),
		Position:  s.pose.Position,
		HeightM:   heightAGL,
		Footprint: footprint,
	}
	sigma := sightSigma(d.TimeExact)
	down := math.Cos(s.pose.Attitude.PitchDeg * math.Pi / 180)
	for _, b := range d.Boxes {
		if b.Score < minScore {
			continue
		}
		// Where it stands: the lower edge of the box when looked at from the side, its middle when from above.
		u, v := b.X+b.W/2, b.Y+b.H/2*(1+down)
		fix, err := locator.Locate(s.camera, s.pose, u, v, sigma)
		if err != nil || fix.SlantM > placeRangeM {
			continue
		}
		scan.Detections = append(scan.Detections, fusion.Detection{
			Position: fix.Position,
			EE:       fix.CovEE, EN: fix.CovEN, NN: fix.CovNN,
			Score: b.Score,
			Class: classProbs(b.Class),
		})
	}
	return scan
}

// classProbs leaves "other" out: fusion knows people, vehicles and animals, and its own belief that it is none of them is
// the existence probability. What is left is tempered by classWeight.
func classProbs(c video.Classes) fusion.ClassProbs {
	out := fusion.ClassProbs{c.Person, c.Vehicle, c.Animal}
	sum := 0.0
	for i := range out {
		out[i] = math.Pow(max(out[i], 1e-3), classWeight)
		sum += out[i]
	}
	for i := range out {
		out[i] /= sum
	}
	return out
}
