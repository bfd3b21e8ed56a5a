package nmea_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"vedette/internal/station/nmea"
)

// sum puts the frame and the checksum around the body of a sentence.
func sum(body string) string {
	var x byte
	for i := range len(body) {
		x ^= body[i]
	}
	return fmt.Sprintf("$%s*%02X\r\n", body, x)
}

func near(a, b float64) bool { return math.Abs(a-b) < 1e-7 }

// The first two are examples that every text about the standard has, the others of a u-blox M8 and F9P.
func TestSentencesOfReceivers(t *testing.T) {
	t.Parallel()
	s, err := nmea.Parse([]byte("$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47\r\n"))
	if err != nil || !s.Fix || !near(s.Lat, 48.1173) || !near(s.Lon, 11.5166666667) || *s.AltAMSL != 545.4 || *s.GeoidM != 46.9 || s.Satellites != 8 ||
		*s.HDOP != 0.9 || s.Quality != 1 || s.Clock != 12*3600+35*60+19 {
		t.Errorf("%+v, %v", s, err)
	}
	s, err = nmea.Parse([]byte("$GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*6A"))
	if err != nil || !s.Fix || !near(s.Lat, 48.1173) || math.Abs(*s.SpeedMS-11.5236) > 1e-3 || *s.CourseDeg != 84.4 {
		t.Errorf("%+v, %v", s, err)
	}
	for body, want := range map[string]struct {
		fix      bool
		lat, lon float64
	}{
		"GNGGA,092725.00,3521.78001,S,14909.90002,E,4,12,0.61,584.211,M,19.6,M,1.0,0000": {true, -35.3630002, 149.1650003},
		"GNRMC,092725.00,A,3521.78001,S,14909.90002,E,0.004,,261126,,,R,V":               {true, -35.3630002, 149.1650003},
		"GNGGA,092725.00,,,,,0,00,99.99,,,,,,":                                           {fix: false},
		"GNRMC,092725.00,V,,,,,,,261126,,,N,V":                                           {fix: false},
		"GNGGA,,,,,,0,00,99.99,,,,,,":                                                    {fix: false},
		"GPGGA,092725.00,3521.78001,S,14909.90002,E,6,00,,,,,,,":                         {fix: false}, // dead reckoning
		"GPGGA,092725.00,3521.78001,S,14909.90002,E,8,12,0.6,5,M,1,M,,":                  {fix: false}, // a simulator
		"GPRMC,092725.00,A,3521.78001,S,14909.90002,E,0.0,0.0,261126,,,E":                {fix: false},
		"GPRMC,092725,A,3521.78,N,14909.90,W,,,261126,,":                                 {true, 35.363, -149.165},
	} {
		s, err := nmea.Parse([]byte(sum(body)))
		if err != nil || s.Fix != want.fix || want.fix && (math.Abs(s.Lat-want.lat) > 1e-7 || math.Abs(s.Lon-want.lon) > 1e-7) {
			t.Errorf("%s: %+v, %v", body, s, err)
		}
	}
}

func TestWhatIsNoSentenceIsSaidToBeNone(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]error{
		"":                     nmea.ErrFrame,
		"$*00":                 nmea.ErrOther,
		"$GP*1":                nmea.ErrFrame,
		"!AIVDM,1,1,,A,x,0*00": nmea.ErrFrame,
		"$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,":    nmea.ErrFrame,
		"$GPGGA,123519,4807.039,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47": nmea.ErrChecksum,
		"$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*4G": nmea.ErrFrame,
		"$GPGGA,1\x00,4807.038,N,01131.000,E,1*00":                          nmea.ErrFrame,
		sum("GPGSV,1,1,00"): nmea.ErrOther,
		sum("PUBX,00,1"):    nmea.ErrOther,
		sum("GPGGA,123519,9107.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,"):      nmea.ErrField,
		sum("GPGGA,123519,4867.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,"):      nmea.ErrField,
		sum("GPGGA,123519,4807.038,X,01131.000,E,1,08,0.9,545.4,M,46.9,M,,"):      nmea.ErrField,
		sum("GPGGA,123519,4807.038,N,,,1,08,0.9,545.4,M,46.9,M,,"):                nmea.ErrField,
		sum("GPGGA,123519,4807.038,N,18131.000,E,1,08,0.9,545.4,M,46.9,M,,"):      nmea.ErrField,
		sum("GPGGA,253519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,"):      nmea.ErrField,
		sum("GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,F,46.9,M,,"):      nmea.ErrField,
		sum("GPGGA,123519,1e3,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,"):           nmea.ErrField,
		sum("GPGGA,123519,4807.038,N,01131.000,E,1,08,NaN,545.4,M,46.9,M,,"):      nmea.ErrField,
		sum("GPRMC,123519,A,4807.038,N,01131.000,E,-22.4,084.4,230394,003.1,W"):   nmea.ErrField,
		sum("GPRMC,123519,A,4807.038,N,01131.000,E,022.4,361,230394,003.1,W,A,V"): nmea.ErrField,
		sum("GPRMC"): nil, // says nothing, and no place
	} {
		if _, err := nmea.Parse([]byte(line)); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", line, err, want)
		}
	}
}

func TestAReceiverPutsTheSentencesTogether(t *testing.T) {
	t.Parallel()
	var r nmea.Receiver
	var fixes []nmea.Fix
	feed := func(text string) []nmea.Fix {
		fixes = nil
		for len(text) > 0 { // in pieces, as a serial line gives them
			n := min(7, len(text))
			r.Feed([]byte(text[:n]), func(f nmea.Fix) { fixes = append(fixes, f) })
			text = text[n:]
		}
		return fixes
	}
	const place = "3521.78001,S,14909.90002,E"
	gga := func(clock string) string { return sum("GNGGA," + clock + "," + place + ",1,09,0.61,584.2,M,19.6,M,,") }
	rmc := func(clock string) string { return sum("GNRMC," + clock + ",A," + place + ",19.4384,90.0,261126,,,A") }
	got := feed(rmc("235959.00") + sum("GNGSA,A,3") + gga("235959.00"))
	if len(got) != 2 || got[0].AltAMSL != nil || math.Abs(got[0].SpeedMS-10) > 1e-3 || *got[1].AltAMSL != 584.2 || math.Abs(got[1].SpeedMS-10) > 1e-3 ||
		got[1].CourseDeg != 90 || *got[1].GeoidM != 19.6 {
		t.Errorf("%+v", got)
	}
	if got = feed(gga("000000.00")); len(got) != 1 || got[0].SpeedMS == 0 {
		t.Errorf("midnight parts them: %+v", got)
	}
	if got = feed(gga("000010.00")); len(got) != 1 || got[0].SpeedMS != 0 {
		t.Errorf("an old speed is believed: %+v", got)
	}
	if got = feed(gga("000010.00") + gga("000010.00")); len(got) != 0 || r.Counts().Repeated != 2 {
		t.Errorf("a receiver that stands still in time: %+v, %+v", got, r.Counts())
	}
	if got = feed(sum("GNGGA,000011.00,,,,,0,02,99.99,,,,,,")); len(got) != 0 || r.Quality != 0 || r.Satellites != 2 {
		t.Errorf("%+v", got)
	}
	// Noise, a cut sentence, and one that never ends cost nothing else.
	text := "\xff\x00noise\r\n" + gga("000012.00")[:30] + gga("000012.00") + "$" + strings.Repeat("A", 500) + "\n" + strings.Replace(gga("000013.00"), "584", "585", 1) + gga("000014.00")
	if got = feed(text); len(got) != 2 {
		t.Errorf("%+v", got)
	}
	if c := r.Counts(); c.BadChecksums != 1 || c.TooLong != 1 || c.Unreadable != 2 || c.Others != 1 || c.NoFix != 1 || c.Fixes != 6 {
		t.Errorf("%+v", c)
	}
	slow := sum("GNRMC,000015.00,A," + place + ",0.2,311.0,261126,,,A")
	if got = feed(slow); len(got) != 1 || got[0].SpeedMS != 0 || got[0].CourseDeg != 0 {
		t.Errorf("one that lies still moves: %+v", got)
	}
}

func FuzzReceiver(f *testing.F) {
	f.Add([]byte("$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47\r\n$GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*6A\r\n"))
	f.Add([]byte(sum("GNRMC,092725.00,A,3521.78001,S,14909.90002,E,0.004,,261126,,,R,V")))
	f.Add([]byte("$$GPGGA,,,,*\n*00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var whole, pieces nmea.Receiver
		var first, second int
		check := func(fix nmea.Fix) {
			if !(math.Abs(fix.Lat) <= 90 && math.Abs(fix.Lon) <= 180 && fix.SpeedMS >= 0 && fix.SpeedMS < 2000 && fix.CourseDeg >= 0 && fix.CourseDeg <= 360) ||
				fix.AltAMSL != nil && !(math.Abs(*fix.AltAMSL) <= 100000) {
				t.Errorf("%+v", fix)
			}
		}
		whole.Feed(b, func(fix nmea.Fix) { check(fix); first++ })
		for i := range b {
			pieces.Feed(b[i:i+1], func(fix nmea.Fix) { check(fix); second++ })
		}
		if first != second || whole.Counts() != pieces.Counts() {
			t.Errorf("%d and %d fixes, %+v and %+v", first, second, whole.Counts(), pieces.Counts())
		}
		// A fix can only come of a line with a right checksum.
		if c := whole.Counts(); c.Fixes > c.Sentences || uint64(first) != c.Fixes {
			t.Errorf("%d fixes of %+v", first, c)
		}
	})
}
