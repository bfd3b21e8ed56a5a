package groundsensor

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net"
	"strconv"
	"time"

	"vedette/sim/world"
)

const (
	samplesPerSecond = 100
	blockSamples     = 25
	blockLength      = blockSamples * time.Second / samplesPerSecond
	sendTimeout      = 50 * time.Millisecond
)

// shake is one Raspberry Shake: it sends a datagram every quarter of a second from an address of its own.
type shake struct {
	sensor world.Sensor
	ground *ground
	conn   net.Conn // nil where nobody wants its datagrams
	buf    []byte
}

func newShake(x world.Sensor, to string, falsePerHour float64, rng *rand.Rand) (*shake, error) {
	s := &shake{sensor: x, ground: newGround(rng, falsePerHour)}
	if to == "" {
		return s, nil
	}
	d := net.Dialer{Timeout: time.Second}
	if ip := net.ParseIP(x.Address); ip != nil {
		d.LocalAddr = &net.UDPAddr{IP: ip}
	}
	var err error
	if s.conn, err = d.Dial("udp", to); err != nil {
		return nil, fmt.Errorf("send from %s to %s: %w", x.Address, to, err)
	}
	return s, nil
}

func (s *shake) begin(time.Time) { s.ground.reset() }

// datagram appends the samples of the quarter second that ends at an instant.
func (s *shake) datagram(b []byte, w scene, end time.Time, objects []world.Object) []byte {
	start := end.Add(-blockLength)
	ve, vn, _ := w.Wind(start, s.sensor.E, s.sensor.N, w.GroundU(s.sensor.E, s.sensor.N)+2)
	var samples [blockSamples]float64
	s.ground.shake(samples[:], start, s.sensor.E, s.sensor.N, math.Hypot(ve, vn), objects, end)
	return appendDatagram(b, s.sensor.Channel, start, samples[:])
}

// block sends the datagram of the quarter second that ends at an instant.
func (s *shake) block(w scene, end time.Time, objects []world.Object) error {
	s.buf = s.datagram(s.buf[:0], w, end, objects)
	if s.conn == nil {
		return nil
	}
	if err := s.conn.SetWriteDeadline(time.Now().Add(sendTimeout)); err != nil {
		return fmt.Errorf("send datagram: %w", err)
	}
	if _, err := s.conn.Write(s.buf); err != nil {
		return fmt.Errorf("send datagram: %w", err)
	}
	return nil
}

// appendDatagram writes channel, Unix time of the first sample, and counts, as the device's own datacast does.
func appendDatagram(b []byte, channel string, start time.Time, samples []float64) []byte {
	if channel == "" {
		channel = "EHZ"
	}
	ms := start.UnixMilli()
	b = append(b, "{'"...)
	b = append(b, channel...)
	b = append(b, "', "...)
	b = strconv.AppendInt(b, ms/1000, 10)
	b = append(b, '.')
	b = append(b, byte('0'+ms/100%10), byte('0'+ms/10%10), byte('0'+ms%10))
	for _, v := range samples {
		b = append(b, ", "...)
		b = strconv.AppendInt(b, int64(math.Round(v)), 10)
	}
	return append(b, '}')
}

func (s *shake) shut() {
	if s.conn != nil {
		_ = s.conn.Close() // nothing is left to lose
	}
}
