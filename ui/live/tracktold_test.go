package live

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/paulmach/orb"

	"vedette/ui/api"
)

// rowReader reads a socket that takes tracks as rows: what it knows of each track, by id.
type rowReader struct {
	conn    *websocket.Conn
	seq     uint64
	numbers map[uint32]string
	lat     map[string]float64
	classes map[string]string
	frames  int
	told    int // of how many tracks in JSON, one that is told again counting again
}

// trackRead is what the reader wants of a track in JSON, and of the snapshot.
type trackRead struct {
	ID           string            `json:"id"`
	Number       uint32            `json:"number"`
	TrackNumbers map[string]uint32 `json:"trackNumbers"`
	Properties   struct {
		Class string `json:"class"`
	} `json:"properties"`
}

func readRows(t *testing.T, r *room) *rowReader {
	t.Helper()
	r.url += "?tracks=binary"
	x := &rowReader{conn: r.dial(t), numbers: map[uint32]string{}, lat: map[string]float64{}, classes: map[string]string{}}
	x.next(t)
	return x
}

// next reads one message of either kind and checks its number in the sequence.
func (x *rowReader) next(t *testing.T) (kind string) {
	t.Helper()
	what, data, err := x.conn.ReadMessage()
	if err != nil {
		t.Fatalf("read: %v", err)
	}
	x.seq++
	if what == websocket.BinaryMessage {
		x.frame(t, data)
		return "rows"
	}
	var m envelopeOf
	if err := json.Unmarshal(data, &m); err != nil || m.Seq != x.seq {
		t.Fatalf("message %d of %.200s: %v", m.Seq, data, err)
	}
	var one trackRead
	var several []trackRead
	into := any(&one)
	if m.Type == api.TypeTracks {
		into = &several
	}
	if err := json.Unmarshal(m.Data, into); err != nil {
		t.Fatalf("%.200s: %v", data, err)
	}
	switch m.Type {
	case api.TypeSnapshot:
		for id, number := range one.TrackNumbers {
			x.numbers[number] = id
		}
	case api.TypeTrack:
		several = []trackRead{one}
	case api.TypeTrackGone:
		delete(x.lat, one.ID)
	}
	for _, track := range several {
		x.numbers[track.Number] = track.ID
		x.classes[track.ID] = track.Properties.Class
		x.told++
	}
	return m.Type
}

func (x *rowReader) frame(t *testing.T, b []byte) {
	t.Helper()
	le := binary.LittleEndian
	rows := int(le.Uint32(b[4:]))
	if string(b[:2]) != "VT" || b[2] != frameVersion || b[3] != rowBytes || le.Uint64(b[8:]) != x.seq || len(b) != frameHeader+rows*rowBytes {
		t.Fatalf("frame of %d bytes with the header %x; message %d", len(b), b[:frameHeader], x.seq)
	}
	x.frames++
	for i := range rows {
		row := b[frameHeader+i*rowBytes:]
		id, introduced := x.numbers[le.Uint32(row)]
		if !introduced {
			t.Fatalf("a row of track number %d, which nothing has introduced", le.Uint32(row))
		}
		x.lat[id] = float64(int32(le.Uint32(row[4:]))) / 1e7
	}
}

func trackAt(id string, lat float64, class string) api.Track {
	return api.NewFeature(id, orb.Point{149, lat}, api.TrackProperties{Status: "confirmed", Class: class, LastSeen: api.At(time.Now())})
}

func TestTracksComeAsRowsToWhoAsksForThem(t *testing.T) {
	t.Parallel()
	r := newRoom(t, Config{})
	plain := r.dial(t)
	await(t, plain, api.TypeSnapshot)
	x := readRows(t, r)
	const tracks = 300
	introductions := 0
	for round := range 3 {
		for i := range tracks {
			r.changes <- api.TrackChanged(trackAt(fmt.Sprint("t-", i), float64(round)+float64(i)/1000, "person"))
		}
		for id := fmt.Sprint("t-", tracks-1); x.lat[id] != float64(round)+float64(tracks-1)/1000; {
			if kind := x.next(t); kind == api.TypeTrack || kind == api.TypeTracks {
				introductions++
			}
		}
	}
	if len(x.lat) != tracks || x.told != tracks {
		t.Errorf("%d tracks, of which %d were introduced: want %d of each", len(x.lat), x.told, tracks)
	}
	if introductions > tracks/2 {
		t.Errorf("%d messages introduce %d tracks: they are not told together", introductions, tracks)
	}
	if x.frames > 3*tracks/10 {
		t.Errorf("%d frames for %d rows: rows are not gathered", x.frames, 3*tracks)
	}
	r.changes <- api.TrackChanged(trackAt("t-7", 5, "vehicle"))
	for x.classes["t-7"] != "vehicle" || x.lat["t-7"] != 5 {
		x.next(t)
	}
	// One that ends, and comes again under its old name, moves nothing else.
	r.changes <- api.TrackEnded("t-7")
	for x.next(t) != api.TypeTrackGone {
	}
	r.changes <- api.TrackChanged(trackAt("t-7", 6, "person"))
	for x.lat["t-7"] != 6 {
		x.next(t)
	}
	// Who came later is told the numbers with the snapshot, and who did not ask has JSON.
	late := readRows(t, &room{world: r.world, hub: r.hub, url: r.url[:len(r.url)-len("?tracks=binary")]})
	r.changes <- api.TrackChanged(trackAt("t-8", 7, "person"))
	for late.lat["t-8"] != 7 {
		late.next(t)
	}
	for {
		var track struct {
			ID       string `json:"id"`
			Geometry struct {
				Coordinates []float64 `json:"coordinates"`
			} `json:"geometry"`
		}
		if err := json.Unmarshal(await(t, plain, api.TypeTrack).Data, &track); err != nil {
			t.Fatal(err)
		}
		if track.ID == "t-8" && track.Geometry.Coordinates[1] == 7 {
			break
		}
	}
}

func TestADifferentFormOfTracksIsRefused(t *testing.T) {
	t.Parallel()
	r := newRoom(t, Config{})
	_, res, err := websocket.DefaultDialer.DialContext(t.Context(), r.url+"?tracks=protobuf", nil)
	if err == nil {
		t.Fatal("a socket was opened")
	}
	if res == nil || res.StatusCode != 503 { // the room's stand-in for package ui answers every error so
		t.Fatalf("answer %v: %v", res, err)
	}
	_ = res.Body.Close()
}

func TestTheLedgerForgetsWhenNobodyTakesRows(t *testing.T) {
	t.Parallel()
	r := newRoom(t, Config{})
	x := readRows(t, r)
	r.changes <- api.TrackChanged(trackAt("t-1", 1, "person"))
	for x.lat["t-1"] != 1 {
		x.next(t)
	}
	_ = x.conn.Close()
	deadline := time.Now().Add(patience)
	for {
		r.hub.mu.Lock()
		n := len(r.hub.ledger.tracks)
		r.hub.mu.Unlock()
		if n == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d tracks are remembered for nobody", n)
		}
		time.Sleep(time.Millisecond)
	}
}
