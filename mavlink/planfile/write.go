package planfile

import (
	"encoding/json"
	"fmt"
	"math"

	"vedette/internal/geo"
	"vedette/mavlink/mission"
)

// The AltitudeMode of QGroundControl.
const (
	heightRelative = 1
	heightAMSL     = 2
	heightTerrain  = 4
)

type planFile struct {
	FileType      string      `json:"fileType"`
	GroundStation string      `json:"groundStation"`
	Version       int         `json:"version"`
	Mission       missionPart `json:"mission"`
	GeoFence      fencePart   `json:"geoFence"`
	RallyPoints   rallyPart   `json:"rallyPoints"`
}

type missionPart struct {
	Version  int        `json:"version"`
	Firmware int        `json:"firmwareType"`
	Vehicle  int        `json:"vehicleType"`
	Layer    int        `json:"globalPlanAltitudeMode"`
	Cruise   float64    `json:"cruiseSpeed"`
	Hover    float64    `json:"hoverSpeed"`
	Home     []float64  `json:"plannedHomePosition"`
	Items    []itemPart `json:"items"`
}

type itemPart struct {
	Type         string     `json:"type"`
	Command      int        `json:"command"`
	Frame        int        `json:"frame"`
	Params       []*float64 `json:"params"`
	AutoContinue bool       `json:"autoContinue"`
	JumpID       int        `json:"doJumpId"`
	Altitude     *float64   `json:"Altitude,omitempty"`
	AltitudeMode *int       `json:"AltitudeMode,omitempty"`
	AboveTerrain *float64   `json:"AMSLAltAboveTerrain"`
}

type fencePart struct {
	Version  int           `json:"version"`
	Polygons []polygonPart `json:"polygons"`
	Circles  []circlePart  `json:"circles"`
	Return   []float64     `json:"breachReturn,omitempty"`
}

type polygonPart struct {
	Version   int          `json:"version"`
	Inclusion bool         `json:"inclusion"`
	Polygon   [][2]float64 `json:"polygon"`
}

type circlePart struct {
	Version   int  `json:"version"`
	Inclusion bool `json:"inclusion"`
	Circle    struct {
		Center [2]float64 `json:"center"`
		Radius float64    `json:"radius"`
	} `json:"circle"`
}

type rallyPart struct {
	Version int          `json:"version"`
	Points  [][3]float64 `json:"points"`
}

// Write makes the .plan file of QGroundControl of a plan.
func Write(p Plan) ([]byte, error) {
	file := planFile{
		FileType: "Plan", GroundStation: "Vedette", Version: 1,
		Mission:     missionPart{Version: 2, Firmware: p.Firmware, Vehicle: p.Vehicle, Layer: heightRelative, Cruise: p.CruiseMS, Hover: p.HoverMS, Home: []float64{0, 0, 0}, Items: []itemPart{}},
		GeoFence:    fencePart{Version: 2, Polygons: []polygonPart{}, Circles: []circlePart{}},
		RallyPoints: rallyPart{Version: 2, Points: [][3]float64{}},
	}
	if p.Home != nil {
		file.Mission.Home = []float64{p.Home.Lat, p.Home.Lon, p.Home.AltAMSL}
	}
	for i, it := range p.Mission {
		if err := it.Validate(); err != nil {
			return nil, fmt.Errorf("mission item %d: %w", i+1, err)
		}
		file.Mission.Items = append(file.Mission.Items, partOf(it, i+1))
	}
	areas, err := mission.AreasOf(p.Fence)
	if err != nil {
		return nil, fmt.Errorf("fence: %w", err)
	}
	file.GeoFence.fill(areas)
	var home *float64
	if p.Home != nil {
		home = &p.Home.AltAMSL
	}
	points, err := mission.RallyPointsOf(p.Rally, home)
	if err != nil {
		return nil, fmt.Errorf("rally: %w", err)
	}
	for _, r := range points {
		file.RallyPoints.Points = append(file.RallyPoints.Points, [3]float64{r.Lat, r.Lon, r.AltRelative})
	}
	text, err := json.MarshalIndent(file, "", "    ")
	if err != nil {
		return nil, fmt.Errorf("write a plan: %w", err)
	}
	return append(text, '\n'), nil
}

func partOf(it mission.Item, number int) itemPart {
	part := itemPart{Type: "SimpleItem", Command: int(it.Command), Frame: int(it.Frame), AutoContinue: it.AutoContinue, JumpID: number}
	for _, v := range []float64{it.Params[0], it.Params[1], it.Params[2], it.Params[3], it.Lat, it.Lon, it.Alt} {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			part.Params = append(part.Params, nil)
			continue
		}
		part.Params = append(part.Params, &v)
	}
	if !mission.HasPlace(it.Command) {
		return part
	}
	mode := 0
	switch mission.HeightOf(it.Frame) {
	case mission.HeightRelative:
		mode = heightRelative
	case mission.HeightAMSL:
		mode = heightAMSL
	case mission.HeightAGL:
		mode = heightTerrain
	case mission.HeightNone:
		return part
	}
	part.Altitude, part.AltitudeMode = &it.Alt, &mode
	return part
}

func (f *fencePart) fill(a mission.Areas) {
	pair := func(p geo.LatLon) [2]float64 { return [2]float64{p.Lat, p.Lon} }
	for _, p := range a.Polygons {
		part := polygonPart{Version: 1, Inclusion: p.Inclusion, Polygon: [][2]float64{}}
		for _, c := range p.Points {
			part.Polygon = append(part.Polygon, pair(c))
		}
		f.Polygons = append(f.Polygons, part)
	}
	for _, c := range a.Circles {
		part := circlePart{Version: 1, Inclusion: c.Inclusion}
		part.Circle.Center, part.Circle.Radius = pair(c.Center), c.RadiusM
		f.Circles = append(f.Circles, part)
	}
	if a.Return != nil {
		f.Return = []float64{a.Return.Lat, a.Return.Lon, a.ReturnAltRelative}
	}
}
