package planfile

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"

	"vedette/mavlink/mission"
)

const (
	textHeader = "QGC WPL 110"
	columns    = 12
)

// readText reads the lines of a "QGC WPL 110" file: number, current, frame, command, four parameters, latitude, longitude, height and
// autocontinue. Item 0 is home where it is a way point above the sea, as every program writes it. Areas and rally points in such
// files go to their own lists.
func readText(data []byte) (Plan, error) {
	var p Plan
	first := true
	for n, line := range strings.Split(string(data), "\n") {
		line = strings.TrimSpace(line)
		if n == 0 {
			if line != textHeader {
				return Plan{}, fmt.Errorf("line 1: %.40q is not %q", line, textHeader)
			}
			continue
		}
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		it, number, err := textItem(line)
		if err != nil {
			return Plan{}, fmt.Errorf("line %d: %w", n+1, err)
		}
		home := first && number == 0 && it.Command == mission.Waypoint && it.Frame == 0
		first = false
		if home {
			p.Home = &Home{it.Lat, it.Lon, it.Alt}
			continue
		}
		list := &p.Mission
		switch {
		case mission.IsFence(it.Command):
			list = &p.Fence
		case mission.IsRally(it.Command):
			list = &p.Rally
		}
		if len(*list) == MaxItems {
			return Plan{}, fmt.Errorf("line %d: more than %d items", n+1, MaxItems)
		}
		it.Seq = len(*list)
		*list = append(*list, it)
	}
	if _, err := mission.AreasOf(p.Fence); err != nil {
		return Plan{}, fmt.Errorf("fence: %w", err)
	}
	return p, nil
}

func textItem(line string) (it mission.Item, number int, err error) {
	fields := strings.Fields(line)
	if len(fields) != columns {
		return it, 0, fmt.Errorf("%d columns, %d are needed", len(fields), columns)
	}
	values := [columns]float64{}
	for i, f := range fields {
		if values[i], err = strconv.ParseFloat(f, 64); err != nil {
			return it, 0, fmt.Errorf("column %d: %.40q is no number", i+1, f)
		}
		mayBeNaN := i >= 4 && i < 8
		if math.IsInf(values[i], 0) || math.IsNaN(values[i]) && !mayBeNaN || math.Abs(values[i]) > math.MaxFloat32 {
			return it, 0, fmt.Errorf("column %d: %.40q is out of range", i+1, f)
		}
	}
	for i, most := range map[int]float64{0: math.MaxUint16, 1: math.MaxUint8, 2: math.MaxUint8, 3: math.MaxUint16, 11: math.MaxUint8} {
		if v := values[i]; v < 0 || v > most || v != math.Trunc(v) {
			return it, 0, fmt.Errorf("column %d: %v is no whole number from 0 to %v", i+1, v, most)
		}
	}
	it = mission.Item{
		Frame: uint8(values[2]), Command: uint16(values[3]), Params: [4]float64(values[4:8]),
		Lat: values[8], Lon: values[9], Alt: values[10], AutoContinue: values[11] != 0,
	}
	return it, int(values[0]), it.Validate()
}

// WriteText makes a "QGC WPL 110" text of a mission, or of a fence or rally list where there is no mission: these formats hold one
// list each.
func WriteText(p Plan) []byte {
	var b bytes.Buffer
	b.WriteString(textHeader + "\n")
	home := mission.Item{Command: mission.Waypoint, AutoContinue: true}
	if p.Home != nil {
		home.Lat, home.Lon, home.Alt = p.Home.Lat, p.Home.Lon, p.Home.AltAMSL
	}
	list := p.Mission
	if len(list) == 0 {
		list = p.Fence
	}
	if len(list) == 0 {
		list = p.Rally
	}
	writeLine(&b, 0, home)
	for i, it := range list {
		writeLine(&b, i+1, it)
	}
	return b.Bytes()
}

func writeLine(b *bytes.Buffer, number int, it mission.Item) {
	current, goOn := 0, 0
	if number == 0 {
		current = 1
	}
	if it.AutoContinue {
		goOn = 1
	}
	fmt.Fprintf(b, "%d\t%d\t%d\t%d", number, current, it.Frame, it.Command)
	for _, v := range []float64{it.Params[0], it.Params[1], it.Params[2], it.Params[3], it.Lat, it.Lon, it.Alt} {
		b.WriteByte('\t')
		b.WriteString(strconv.FormatFloat(v, 'f', -1, 64))
	}
	fmt.Fprintf(b, "\t%d\n", goOn)
}
