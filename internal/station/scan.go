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
	placeRangeM = 450
	// shapeWeight and sizeWeight are what one frame's opinion of the class counts for: a shape of few pixels says little,
	// a size on the ground more, and the next frame only repeats it.
	shapeWeight = 0.03
	sizeWeight  = 0.1
	// blurPx is how much wider and higher than the object its box is, by lens and detector.
	blurPx = 2
)

// sightSigma are the errors of a small multirotor's camera pose that change from frame to frame. What stays, such as a
// compass that is off or a clock, is in cameraBias.
func sightSigma(timeExact bool) georef.Sigma {
	s := georef.Sigma{YawDeg: 0.3, PitchDeg: 0.2, RollDeg: 0.2, HorizontalM: 0.5, VerticalM: 0.7, TimeS: 0.02, TerrainM: 1, Pixel: 2}
	if !timeExact {
		s.TimeS = 0.1
	}
	return s
}

// cameraBias are those that stay. Frames that are timed by their arrival are as late as the network and the encoder make them.
func cameraBias(timeExact bool) fusion.Bias {
	b := fusion.Bias{PosSigmaM: 1.5, YawSigmaDeg: 0.7, PitchSigmaDeg: 0.3, PosTau: 3 * time.Minute, ClockSigma: 50 * time.Millisecond}
	if !timeExact {
		b.ClockSigma = 250 * time.Millisecond
	}
	return b
}

// sight is a camera at the instant of a frame.
type sight struct {
	camera georef.Camera
	pose   georef.Pose
	turn   [3]float64 // degrees a second about axes to the east, to the north and up
}

// turning is the sight with its rate of turn, from the camera's attitudes some time before and as long after.
func (s sight) turning(before, after georef.Attitude, span time.Duration) sight {
	s.turn = georef.TurnRate(before, after, span.Seconds())
	sn, cs := math.Sincos(s.pose.Attitude.YawDeg * math.Pi / 180)
	s.pose.YawRateDegS = -s.turn[2]
	s.pose.PitchRateDegS = cs*s.turn[0] - sn*s.turn[1] // about the axis to the right of where it looks
	return s
}

// motion is how the camera moves, as fusion takes it.
func (s sight) motion() fusion.Motion {
	v := s.pose.Velocity
	return fusion.Motion{VE: v[0], VN: v[1], VUp: v[2], TurnEDegS: s.turn[0], TurnNDegS: s.turn[1], TurnUpDegS: s.turn[2]}
}

// sightOf is the camera of a feed with the pose of its vehicle.
func sightOf(p mavlink.Pose, widthPx, heightPx int, hfovDeg float64) sight {
	place := geo.LatLon{Lat: p.Lat, Lon: p.Lon}
	return sight{
		camera: georef.CameraFromHFOV(widthPx, heightPx, hfovDeg),
		pose: georef.Pose{
			Position: place,
			HAE:      geo.ToHAE(place, geo.AMSL(p.AltAMSL)),
			Attitude: gimbalAttitude(p),
			Velocity: [3]float64{p.VelEast, p.VelNorth, p.VelUp},
		},
	}
}

func gimbalAttitude(p mavlink.Pose) georef.Attitude {
	return georef.Attitude{YawDeg: p.GimbalYawDeg, PitchDeg: p.GimbalPitchDeg, RollDeg: p.GimbalRollDeg}
}

// placeBoxes places the boxes of a frame on the ground. Those that meet no ground, or far away, are left out.
func placeBoxes(locator *georef.Locator, s sight, d video.Detections) []placedBox {
	var out []placedBox
	sigma := sightSigma(d.TimeExact)
	down := math.Cos(s.pose.Attitude.PitchDeg * math.Pi / 180)
	for _, b := range d.Boxes {
		// Where it stands: the lower edge of the box when looked at from the side, its middle when from above.
		u, v := b.X+b.W/2, b.Y+b.H/2*(1+down)
		fix, err := locator.Locate(s.camera, s.pose, u, v, sigma)
		if err == nil && fix.SlantM <= placeRangeM {
			out = append(out, placedBox{b, fix})
		}
	}
	return out
}

// scanOf is what a frame says to fusion, given its boxes on the ground.
func scanOf(found []placedBox, s sight, d video.Detections, heightAGL float64, footprint []geo.LatLon) fusion.Scan {
	scan := fusion.Scan{
		Sensor:    d.Feed,
		Time:      d.FrameTime,
		Arrival:   d.FrameTime.Add(scanDelay),
		Position:  s.pose.Position,
		HeightM:   heightAGL,
		Motion:    s.motion(),
		Footprint: footprint,
	}
	for _, b := range found {
		scan.Detections = append(scan.Detections, fusion.Detection{
			Position: b.fix.Position,
			EE:       b.fix.CovEE, EN: b.fix.CovEN, NN: b.fix.CovNN,
			Score: b.Score,
			Class: classProbs(b.Class, b.W*perPixel(s, b.fix), b.H*perPixel(s, b.fix), blurPx*perPixel(s, b.fix)),
		})
	}
	return scan
}

// perPixel is the length in metres, across the line of sight, that a pixel spans at a place.
func perPixel(s sight, fix georef.Fix) float64 { return fix.SlantM / s.camera.FX }

// bodies are the width and height in metres that a body of each class shows a camera that looks from the side and above.
var bodies = [...]struct{ width, height float64 }{
	fusion.Person: {0.6, 1.6}, fusion.Vehicle: {3.5, 1.9}, fusion.Animal: {1.1, 0.9},
}

// classProbs joins what the detector says of the shape with how well the size on the ground fits each class. The detector's
// "other" is left out: fusion's own belief that something is none of the three is the existence probability.
func classProbs(shape video.Classes, widthM, heightM, blurM float64) fusion.ClassProbs {
	// How far the logarithms of two sizes may differ within a class, and where the blur is as large as the body.
	spread := 0.35 + blurM/2
	out := fusion.ClassProbs{shape.Person, shape.Vehicle, shape.Animal}
	if shape.Animal == 0 { // the network knows no animals and takes them for people, so that its shape tells neither from the other
		out[fusion.Animal] = shape.Person
	}
	sum := 0.0
	for i := range out {
		dw := math.Log(widthM/(bodies[i].width+blurM)) / spread
		dh := math.Log(heightM/(bodies[i].height+blurM)) / spread
		out[i] = math.Pow(max(out[i], 1e-3), shapeWeight) * math.Exp(-sizeWeight*min(20, dw*dw+dh*dh)/2)
		sum += out[i]
	}
	for i := range out {
		out[i] /= sum
	}
	return out
}
