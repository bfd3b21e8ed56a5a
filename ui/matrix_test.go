package ui

import (
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"vedette/internal/access"
	"vedette/ui/api"
	"vedette/video/klv"
)

// open stands for routes that need no sign-in.
const open access.Role = ""

// rule is what the contract says of a route, written a second time on purpose: a route that is added or changed without
// a rule here fails.
type rule struct {
	role  access.Role
	lease bool
	body  string // one that the route accepts
	kind  string // its media type, if it is not JSON
	ok    int    // the answer to somebody who may; 0: 200
}

var rules = map[string]rule{
	"GET /healthz":                 {role: open},
	"GET /readyz":                  {role: open},
	"GET /metrics":                 {role: open},
	"GET /signin":                  {role: open, ok: 401},
	"GET /api/v1/healthz":          {role: open},
	"GET /api/v1/readyz":           {role: open},
	"GET /api/v1/metrics":          {role: open},
	"GET /api/v1/openapi.json":     {role: access.RoleViewer},
	"POST /api/v1/session":         {role: open, body: `{}`, ok: 400},
	"DELETE /api/v1/session":       {role: access.RoleViewer, ok: 204},
	"GET /api/v1/me":               {role: access.RoleViewer},
	"GET /api/v1/station/position": {role: access.RoleViewer},
	"PUT /api/v1/station/position": {role: access.RoleOperator, body: `{"lat":-35,"lon":149}`},

	"GET /api/v1/links":                 {role: access.RoleViewer},
	"GET /api/v1/routes":                {role: access.RoleViewer},
	"GET /api/v1/vehicles":              {role: access.RoleViewer},
	"GET /api/v1/traffic":               {role: access.RoleViewer},
	"GET /api/v1/vehicles/{id}":         {role: access.RoleViewer},
	"GET /api/v1/feeds":                 {role: access.RoleViewer},
	"GET /api/v1/feeds/{id}":            {role: access.RoleViewer},
	"GET /api/v1/sensors":               {role: access.RoleViewer},
	"GET /api/v1/tracks":                {role: access.RoleViewer},
	"GET /api/v1/sensors/{id}/waveform": {role: access.RoleViewer},
	"GET /api/v1/patrols":               {role: access.RoleViewer},
	"GET /api/v1/crossings":             {role: access.RoleViewer},
	"PUT /api/v1/patrols/{id}":          {role: access.RoleOperator, body: `{"lat":-35,"lon":149}`},

	"PUT /api/v1/sensors/{id}/mute":    {role: access.RoleOperator, body: `{"minutes":30,"why":"fence works"}`, ok: 204},
	"DELETE /api/v1/sensors/{id}/mute": {role: access.RoleOperator, ok: 204},
	"GET /api/v1/alerts":               {role: access.RoleViewer},
	"GET /api/v1/cues":                 {role: access.RoleViewer},
	"GET /api/v1/operators":            {role: access.RoleOperator},
	"GET /api/v1/accounts":             {role: access.RoleAdmin},
	"POST /api/v1/accounts":            {role: access.RoleAdmin, body: `{"name":"new-one","role":"viewer","password":"long enough, and more"}`, ok: 201},
	"PATCH /api/v1/accounts/{name}":    {role: access.RoleAdmin, body: `{"role":"operator"}`, ok: 404}, // there is no such account,
	"GET /api/v1/zones":                {role: access.RoleViewer},
	"GET /api/v1/events":               {role: access.RoleViewer},
	"GET /api/v1/audit":                {role: access.RoleOperator},
	"GET /api/v1/export":               {role: access.RoleOperator},
	"GET /api/v1/replay":               {role: access.RoleViewer},
	"GET /api/v1/replay/alerts":        {role: access.RoleViewer},
	"GET /api/v1/replay/timeline":      {role: access.RoleViewer},
	"GET /api/v1/terrain":              {role: access.RoleViewer},
	"GET /api/v1/live":                 {role: access.RoleViewer, ok: 400}, // not a WebSocket handshake

	"GET /api/v1/tracks/{id}/history":             {role: access.RoleViewer},
	"GET /api/v1/alerts/{id}/history":             {role: access.RoleViewer},
	"GET /api/v1/alerts/{id}/pictures/{n}":        {role: access.RoleViewer},
	"GET /api/v1/terrain/elevation":               {role: access.RoleViewer},
	"GET /api/v1/terrain/viewshed":                {role: access.RoleViewer},
	"GET /api/v1/feeds/{id}/place":                {role: access.RoleViewer},
	"GET /api/v1/terrain/{z}/{x}/{y}.png":         {role: access.RoleViewer},
	"GET /api/v1/maps":                            {role: access.RoleViewer},
	"GET /api/v1/maps/{id}/{z}/{x}/{y}":           {role: access.RoleViewer, ok: 404}, // there is no such map
	"GET /api/v1/vehicles/{id}/mission":           {role: access.RoleViewer},
	"GET /api/v1/vehicles/{id}/parameters":        {role: access.RoleViewer},
	"GET /api/v1/vehicles/{id}/parameters/{name}": {role: access.RoleViewer},
	"GET /api/v1/vehicles/{id}/signing":           {role: access.RoleViewer},
	"POST /api/v1/vehicles/{id}/signing":          {role: access.RoleAdmin, lease: true, body: `{"mode":"setUp"}`},
	"DELETE /api/v1/vehicles/{id}/signing":        {role: access.RoleAdmin, ok: 204},
	"GET /api/v1/vehicles/{id}/tlogs":             {role: access.RoleViewer},
	"GET /api/v1/vehicles/{id}/tlogs/{name}":      {role: access.RoleViewer},
	"POST /api/v1/feeds/{id}/whep":                {role: access.RoleViewer, body: "v=0 offer", kind: "application/sdp", ok: 201},
	"GET /api/v1/feeds/{id}/snapshot":             {role: access.RoleViewer},
	"OPTIONS /api/v1/feeds/{id}/whep":             {role: open},
	"PATCH /api/v1/feeds/{id}/whep/{session}":     {role: access.RoleViewer, body: "a=end-of-candidates", kind: "application/trickle-ice-sdpfrag", ok: 428}, // there is no If-Match
	"DELETE /api/v1/feeds/{id}/whep/{session}":    {role: access.RoleViewer, ok: 204},
	"OPTIONS /api/v1/feeds/{id}/whep/{session}":   {role: open},
	"GET /api/v1/feeds/{id}/viewers":              {role: access.RoleOperator},
	"GET /api/v1/feeds/{id}/viewers/{session}":    {role: access.RoleViewer},
	"PUT /api/v1/feeds/{id}/recording":            {role: access.RoleOperator, body: `{"on":true}`},
	"GET /api/v1/recordings":                      {role: access.RoleViewer},
	"GET /api/v1/recordings/{name}":               {role: access.RoleViewer},
	"GET /api/v1/recordings/{name}/index":         {role: access.RoleViewer},
	"GET /api/v1/recordings/{name}/metadata":      {role: access.RoleViewer},
	"POST /api/v1/vehicles/{id}/control":          {role: access.RoleOperator, body: `{}`},
	"DELETE /api/v1/vehicles/{id}/control":        {role: access.RoleOperator, ok: 204},
	"POST /api/v1/vehicles/{id}/commands":         {role: access.RoleOperator, lease: true, body: `{"command":"arm"}`},
	"POST /api/v1/vehicles/{id}/gimbal":           {role: access.RoleOperator, lease: true, body: `{"pitchDeg":-30,"yawDeg":90}`},
	"GET /api/v1/vehicles/{id}/bias":              {role: access.RoleViewer},
	"DELETE /api/v1/vehicles/{id}/bias":           {role: access.RoleOperator, ok: 204},
	"GET /api/v1/vehicles/{id}/cameras":           {role: access.RoleViewer},
	"POST /api/v1/vehicles/{id}/camera":           {role: access.RoleOperator, lease: true, body: `{"command":"photo"}`},
	"POST /api/v1/vehicles/{id}/tracking":         {role: access.RoleOperator, lease: true, body: `{"point":{"x":0.5,"y":0.5}}`},
	"DELETE /api/v1/vehicles/{id}/tracking":       {role: access.RoleOperator, lease: true},
	"PUT /api/v1/vehicles/{id}/mission":           {role: access.RoleOperator, lease: true, body: `{"items":[{"command":"return"}]}`},
	"DELETE /api/v1/vehicles/{id}/mission":        {role: access.RoleOperator, lease: true, ok: 204},
	"POST /api/v1/vehicles/{id}/mission/current":  {role: access.RoleOperator, lease: true, body: `{"item":2}`},
	"GET /api/v1/vehicles/{id}/fence":             {role: access.RoleViewer},
	"PUT /api/v1/vehicles/{id}/fence":             {role: access.RoleOperator, lease: true, body: `{"circles":[{"inclusion":true,"center":{"lat":1,"lon":2},"radiusM":50}]}`},
	"DELETE /api/v1/vehicles/{id}/fence":          {role: access.RoleOperator, lease: true, ok: 204},
	"POST /api/v1/vehicles/{id}/fence/enable":     {role: access.RoleOperator, lease: true},
	"POST /api/v1/vehicles/{id}/fence/disable":    {role: access.RoleOperator, lease: true},
	"GET /api/v1/vehicles/{id}/rally":             {role: access.RoleViewer},
	"PUT /api/v1/vehicles/{id}/rally":             {role: access.RoleOperator, lease: true, body: `{"points":[{"lat":1,"lon":2,"altitudeRelative":30}]}`},
	"DELETE /api/v1/vehicles/{id}/rally":          {role: access.RoleOperator, lease: true, ok: 204},
	"GET /api/v1/vehicles/{id}/plan":              {role: access.RoleViewer},
	"PUT /api/v1/vehicles/{id}/plan":              {role: access.RoleOperator, lease: true, body: `{}`},
	"DELETE /api/v1/vehicles/{id}/plan":           {role: access.RoleOperator, lease: true, ok: 204},
	"POST /api/v1/plans/check":                    {role: access.RoleViewer, body: `{}`},
	"POST /api/v1/plans/convert":                  {role: access.RoleViewer, body: `{}`},
	"PUT /api/v1/vehicles/{id}/parameters/{name}": {role: access.RoleOperator, lease: true, body: `{"value":1}`},
	"POST /api/v1/alerts/{id}/assign":             {role: access.RoleOperator},
	"POST /api/v1/vehicles/{id}/control/ask":      {role: access.RoleOperator, body: `{"reason":"battery"}`, ok: 409}, // nobody holds it
	"DELETE /api/v1/vehicles/{id}/control/ask":    {role: access.RoleOperator, ok: 409},
	"POST /api/v1/vehicles/{id}/control/grant":    {role: access.RoleOperator, body: `{"to":"bob"}`, ok: 409},
	"POST /api/v1/vehicles/{id}/control/refuse":   {role: access.RoleOperator, body: `{"to":"bob","note":"on target"}`, ok: 409},
	"POST /api/v1/alerts/{id}/acknowledge":        {role: access.RoleOperator, body: `{}`},
	"POST /api/v1/alerts/{id}/resolve":            {role: access.RoleOperator, body: `{"note":"a fox"}`},
	"POST /api/v1/alerts/{id}/false":              {role: access.RoleOperator},
	"POST /api/v1/cues/{id}/approve":              {role: access.RoleOperator, body: `{}`},
	"POST /api/v1/cues/{id}/reject":               {role: access.RoleOperator, body: `{}`},
	"POST /api/v1/cues/{id}/end":                  {role: access.RoleOperator, body: `{}`},
	"POST /api/v1/vehicles/{id}/follow":           {role: access.RoleOperator, lease: true, body: `{"track":"t-12"}`},

	"PUT /api/v1/vehicles/{id}/parameters":          {role: access.RoleOperator, lease: true, body: `{"RTL_ALT":3000}`},
	"POST /api/v1/vehicles/{id}/parameters/compare": {role: access.RoleViewer, body: `{"defaults":true}`},
	"POST /api/v1/vehicles/{id}/parameters/load":    {role: access.RoleViewer, body: "RTL_ALT,3000", kind: "text/plain"},
	"POST /api/v1/vehicles/{id}/parameters/save":    {role: access.RoleOperator, body: `{"name":"before"}`, ok: 204},
	"GET /api/v1/parameters/saved":                  {role: access.RoleViewer},
	"GET /api/v1/vehicles/{id}/files":               {role: access.RoleOperator},
	"PUT /api/v1/vehicles/{id}/files":               {role: access.RoleOperator, lease: true, body: "content", kind: "application/octet-stream", ok: 204},
	"DELETE /api/v1/vehicles/{id}/files":            {role: access.RoleOperator, lease: true, ok: 204},
	"POST /api/v1/vehicles/{id}/files":              {role: access.RoleOperator, lease: true, body: `{"action":"makeFolder","path":"/a"}`},
	"GET /api/v1/vehicles/{id}/logs":                {role: access.RoleViewer},
	"DELETE /api/v1/vehicles/{id}/logs":             {role: access.RoleOperator, lease: true, body: `{"confirm":"ERASE LOGS 1"}`, ok: 204},
	"GET /api/v1/vehicles/{id}/logs/{n}":            {role: access.RoleViewer},
	"POST /api/v1/vehicles/{id}/logs/{n}/download":  {role: access.RoleOperator, ok: 202},
	"DELETE /api/v1/vehicles/{id}/transfer":         {role: access.RoleOperator, ok: 204},

	"GET /api/v1/sensors/unknown":                   {role: access.RoleViewer},
	"GET /api/v1/configuration":                     {role: access.RoleOperator},
	"PUT /api/v1/configuration/sensors/{id}":        {role: access.RoleOperator, body: `{"kind":"pir"}`},
	"DELETE /api/v1/configuration/sensors/{id}":     {role: access.RoleOperator},
	"POST /api/v1/configuration/sensors/{id}/reset": {role: access.RoleOperator},
	"PUT /api/v1/configuration/zones/{id}":          {role: access.RoleOperator, body: `{"kind":"area"}`},
	"DELETE /api/v1/configuration/zones/{id}":       {role: access.RoleOperator},
	"POST /api/v1/configuration/zones/{id}/reset":   {role: access.RoleOperator},
	"PUT /api/v1/configuration/feeds/{id}":          {role: access.RoleAdmin, body: `{"url":"rtsp://a/"}`},
	"DELETE /api/v1/configuration/feeds/{id}":       {role: access.RoleAdmin},
	"POST /api/v1/configuration/feeds/{id}/reset":   {role: access.RoleAdmin},
	"PUT /api/v1/configuration/links/{id}":          {role: access.RoleAdmin, body: `{"udpServer":":14550"}`},
	"DELETE /api/v1/configuration/links/{id}":       {role: access.RoleAdmin},
	"POST /api/v1/configuration/links/{id}/reset":   {role: access.RoleAdmin},
}

// samples stand for the wildcards of a path.
func sample(path string) string {
	id := map[string]string{"feeds": "1-eo", "alerts": "a-1", "cues": "c-1", "vehicles": "1", "tracks": "t-1", "sensors": "s-1", "patrols": "p-1", "maps": "land.pmtiles", "zones": "z-1", "links": "lan"}
	parts := strings.Split(path, "/")
	for i, part := range parts {
		switch part {
		case "{id}":
			parts[i] = id[parts[i-1]]
		case "{name}":
			parts[i] = "WPNAV_SPEED"
		case "{session}", "{z}", "{x}", "{y}":
			parts[i] = "0"
		case "{y}.png":
			parts[i] = "0.png"
		case "{n}":
			parts[i] = "3"
		case "files":
			parts[i] = "files?path=/a"
		case "export":
			parts[i] = "export?from=2026-11-26T00:00:00Z&to=2026-11-26T08:00:00Z"
		case "replay", "timeline", "alerts":
			if i == len(parts)-1 && (part != "alerts" || parts[i-1] == "replay") {
				parts[i] += "?from=2026-11-26T00:00:00Z&to=2026-11-26T02:00:00Z"
			}
		case "place":
			parts[i] = "place?x=0.5&y=0.5"
		case "viewshed":
			parts[i] = "viewshed?lat=-35&lon=149&height=2&range=3000&target=1.7"
		case "elevation":
			parts[i] = "elevation?lat=-35&lon=149"
		}
	}
	return strings.Join(parts, "/")
}

func TestEveryRouteAsksForItsRole(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	seen := map[string]bool{}
	for _, rt := range routes() {
		name := rt.method + " " + rt.path
		seen[name] = true
		want, ruled := rules[name]
		if !ruled {
			t.Errorf("%s has no rule in this test", name)
			continue
		}
		if rt.role != want.role || rt.lease != want.lease {
			t.Errorf("%s needs role %q and lease %v; the rule says %q and %v", name, rt.role, rt.lease, want.role, want.lease)
		}
		headers := []string{}
		if want.kind != "" {
			headers = append(headers, "Content-Type", want.kind)
		}
		ask := func(secret string) reply {
			h := headers
			if secret != "" {
				h = append(slices.Clone(headers), "Authorization", secret)
			}
			return p.do(rt.method, sample(rt.path), want.body, h...)
		}
		expect := max(want.ok, 0)
		if expect == 0 {
			expect = http.StatusOK
		}
		for _, secret := range []string{"", "Bearer wrong", "Bearer ", "Basic " + p.tokens[access.RoleAdmin], p.tokens[access.RoleAdmin]} {
			r := ask(secret)
			if want.role == open {
				if r.status != expect {
					t.Errorf("%s, open, with %q: %d %s", name, secret, r.status, r.body)
				}
				continue
			}
			if r.status != http.StatusUnauthorized || r.header.Get("WWW-Authenticate") == "" {
				t.Errorf("%s with %q: %d, want 401", name, secret, r.status)
			}
			r.problem(t, http.StatusUnauthorized, "signed in")
		}
		if want.role == open {
			continue
		}
		for _, role := range []access.Role{access.RoleViewer, access.RoleOperator, access.RoleAdmin} {
			leases := p.cfg.Access.Leases
			for _, l := range leases.All() {
				_ = leases.Release(l.Vehicle, l.Holder)
			}
			r := ask("Bearer " + p.tokens[role])
			switch {
			case !role.Allows(want.role):
				r.problem(t, http.StatusForbidden, "needs the role "+string(want.role))
			case want.lease:
				r.problem(t, http.StatusConflict, "take control first")
				holder := string(role) + "-1"
				if role == access.RoleAdmin {
					holder = "script"
				}
				if _, _, err := leases.Take(1, holder, false); err != nil {
					t.Fatal(err)
				}
				if r = ask("Bearer " + p.tokens[role]); r.status != expect {
					t.Errorf("%s as %s with the lease: %d %s", name, role, r.status, r.body)
				}
			case r.status != expect:
				t.Errorf("%s as %s: %d %s", name, role, r.status, r.body)
			}
		}
	}
	for name := range rules {
		if !seen[name] {
			t.Errorf("%s has a rule but there is no such route", name)
		}
	}
}

type described struct {
	Role  access.Role `json:"x-role"`
	Lease bool        `json:"x-lease"`
}

type description struct {
	OpenAPI string `json:"openapi"`
	Paths   map[string]map[string]described
	Parts   struct {
		Schemas map[string]struct{ Properties map[string]any }
	} `json:"components"`
}

func TestOpenAPIDescribesEveryRouteAndNoOther(t *testing.T) {
	t.Parallel()
	var doc description
	if err := json.Unmarshal(openAPIText, &doc); err != nil {
		t.Fatal(err)
	}
	if doc.OpenAPI != "3.1.0" {
		t.Errorf("version %q", doc.OpenAPI)
	}
	left := map[string]described{}
	for path, methods := range doc.Paths {
		for method, d := range methods {
			left[strings.ToUpper(method)+" "+base+path] = d
		}
	}
	for _, rt := range routes() {
		if !strings.HasPrefix(rt.path, base) {
			continue // at the root: said of their twins under the base, and the page behind the sign-in link
		}
		name := rt.method + " " + rt.path
		d, ok := left[name]
		if !ok {
			t.Errorf("%s is not described", name)
			continue
		}
		if d.Role != rt.role || d.Lease != rt.lease {
			t.Errorf("%s: described with role %q, lease %v; it has %q, %v", name, d.Role, d.Lease, rt.role, rt.lease)
		}
		delete(left, name)
	}
	for name := range left {
		t.Errorf("%s is described but not served", name)
	}
	for _, part := range strings.Split(string(openAPIText), `"$ref": "#/components/`)[1:] {
		ref, _, _ := strings.Cut(part, `"`)
		if kind, name, _ := strings.Cut(ref, "/"); kind == "schemas" && doc.Parts.Schemas[name].Properties == nil {
			t.Errorf("schema %s is referred to but missing", name)
		}
	}
}

func TestOpenAPISchemasHaveTheMembersOfTheGoTypes(t *testing.T) {
	t.Parallel()
	var doc description
	if err := json.Unmarshal(openAPIText, &doc); err != nil {
		t.Fatal(err)
	}
	types := map[string]any{
		"Problem": api.Problem{}, "StationInfo": api.StationInfo{}, "Me": api.Me{}, "SignIn": api.SignIn{}, "Geometry": api.Geometry{},
		"Vehicle": api.Vehicle{}, "Position": api.Position{}, "Velocity": api.Velocity{}, "Attitude": api.Attitude{}, "Battery": api.Battery{},
		"GPS": api.GPS{}, "Home": api.Home{}, "Gimbal": api.Gimbal{}, "GimbalState": api.GimbalState{}, "GimbalControl": api.GimbalControl{}, "Place": api.Place{},
		"Camera": api.Camera{}, "CameraPhoto": api.CameraPhoto{}, "Storage": api.Storage{}, "CameraStream": api.CameraStream{}, "ThermalRange": api.ThermalRange{},
		"PicturePart": api.PicturePart{}, "PictureBox": api.PictureBox{}, "Tracking": api.Tracking{}, "TrackingCommand": api.TrackingCommand{}, "CameraCommand": api.CameraCommand{}, "Link": api.Link{},
		"StationLink": api.StationLink{}, "Peer": api.Peer{}, "Radio": api.Radio{}, "LinkCounters": api.LinkCounters{}, "DroppedCounts": api.DroppedCounts{},
		"Receiver": api.Receiver{}, "Route": api.Route{}, "RoutePeer": api.RoutePeer{}, "MAVLinkAddress": api.MAVLinkAddress{}, "RouteCounts": api.RouteCounts{}, "Refusal": api.Refusal{},
		"MissionState": api.MissionState{}, "Transfer": api.Transfer{}, "PostFix": api.PostFix{}, "PostPosition": api.PostPosition{}, "Pending": api.Pending{}, "Leading": api.Leading{}, "Destination": api.Destination{},
		"Account": api.Account{}, "NewAccount": api.NewAccount{}, "AccountChange": api.AccountChange{}, "AlertAssignment": api.AlertAssignment{}, "ControlAsk": api.ControlAsk{}, "ControlAsking": api.ControlAsking{}, "ControlAnswer": api.ControlAnswer{},
		"Control": api.Control{}, "Message": api.Message{}, "ControlRequest": api.ControlRequest{}, "Command": api.Command{},
		"GimbalCommand": api.GimbalCommand{}, "CommandResult": api.CommandResult{}, "Mission": api.Mission{}, "MissionItem": api.MissionItem{},
		"CameraBias": api.CameraBias{}, "Signing": api.Signing{}, "SigningFrames": api.SigningFrames{}, "SigningRequest": api.SigningRequest{}, "TelemetryLog": api.TelemetryLog{},
		"Finding": api.Finding{}, "Estimate": api.Estimate{},
		"Fence": api.Fence{}, "FencePolygon": api.FencePolygon{}, "FenceCircle": api.FenceCircle{}, "ReturnPoint": api.ReturnPoint{}, "Rally": api.Rally{},
		"RallyPoint": api.RallyPoint{}, "PlanCheck": api.PlanCheck{}, "Clearance": api.Clearance{}, "Leg": api.Leg{}, "ProfilePoint": api.ProfilePoint{}, "Plan": api.Plan{}, "Shape": api.Shape{}, "PlanUpload": api.PlanUpload{}, "MissionCurrent": api.MissionCurrent{}, "PlanState": api.PlanState{},
		"OnboardLog": api.OnboardLog{}, "EraseLogs": api.EraseLogs{}, "Choice": api.Choice{}, "ParameterResult": api.ParameterResult{}, "ParameterResults": api.ParameterResults{}, "ParameterComparison": api.ParameterComparison{},
		"ParameterDifferences": api.ParameterDifferences{}, "ParameterDifference": api.ParameterDifference{}, "SaveParameters": api.SaveParameters{},
		"SavedParameters": api.SavedParameters{}, "FileEntry": api.FileEntry{}, "FileList": api.FileList{}, "FileAction": api.FileAction{}, "FileResult": api.FileResult{},
		"Parameter": api.Parameter{}, "ParameterValue": api.ParameterValue{}, "Feed": api.Feed{}, "FeedProblem": api.FeedProblem{}, "FeedHint": api.FeedHint{}, "FeedRecording": api.FeedRecording{}, "Recording": api.Recording{}, "RecordingRequest": api.RecordingRequest{}, "RecordingIndex": api.RecordingIndex{}, "RecordingFragment": api.RecordingFragment{}, "RecordedMetadata": api.RecordedMetadata{}, "FeedTrack": api.FeedTrack{}, "FeedMetadata": api.FeedMetadata{}, "MetadataPackets": api.MetadataPackets{}, "FeedSecurity": klv.Security{}, "FeedTarget": klv.Target{}, "Viewer": api.Viewer{}, "Detector": api.Detector{}, "Sensor": api.Sensor{},
		"Patrol": api.Patrol{}, "Mute": api.Mute{}, "Waveform": api.Waveform{}, "Nuisance": api.Nuisance{}, "CrossingProperties": api.CrossingProperties{}, "CrossingCell": api.CrossingCell{}, "CrossingMap": api.CrossingMap{},
		"Ellipse": api.Ellipse{}, "TrackProperties": api.TrackProperties{}, "TrackSource": api.TrackSource{}, "HistoryProperties": api.HistoryProperties{},
		"Track": api.Track{}, "TrackCollection": api.TrackCollection{}, "TrackHistory": api.TrackHistory{}, "Alert": api.Alert{}, "AlertHistory": api.AlertHistory{}, "AlertLook": api.AlertLook{}, "AlertPicture": api.AlertPicture{}, "AlertPictureBox": api.AlertPictureBox{},
		"AlertEntry": api.AlertEntry{}, "AlertDecision": api.AlertDecision{}, "Cue": api.Cue{}, "ZoneProperties": api.ZoneProperties{},
		"Zone": api.Zone{}, "ZoneCollection": api.ZoneCollection{}, "Event": api.Event{}, "EventPage": api.EventPage{},
		"Aircraft": api.Aircraft{}, "RemoteID": api.RemoteID{}, "Component": api.Component{}, "Warning": api.Warning{}, "Endurance": api.Endurance{}, "EKF": api.EKF{}, "Wind": api.Wind{},
		"Vibration": api.Vibration{}, "Altitudes": api.Altitudes{}, "TerrainReport": api.TerrainReport{}, "Rangefinder": api.Rangefinder{},
		"RC": api.RC{}, "SensorHealth": api.SensorHealth{}, "FenceStatus": api.FenceStatus{}, "Failsafe": api.Failsafe{},
		"FailsafeReason": api.FailsafeReason{}, "Arming": api.Arming{}, "ArmingReason": api.ArmingReason{}, "Clock": api.Clock{},
		"Past": api.Past{}, "PastChange": api.PastChange{}, "PastAlert": api.PastAlert{}, "PastStretch": api.PastStretch{}, "Timeline": api.Timeline{},
		"TerrainInfo": api.TerrainInfo{}, "Elevation": api.Elevation{}, "FeedPlace": api.FeedPlace{}, "Viewshed": api.Viewshed{}, "MapFile": api.MapFile{},
		"Configuration": api.Configuration{}, "ConfigEntry": api.ConfigEntry{}, "ConfigGateway": api.ConfigGateway{}, "Stranger": api.Stranger{},
	}
	for name, v := range types {
		var want, got []string
		for _, f := range reflect.VisibleFields(reflect.TypeOf(v)) {
			tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if !f.Anonymous {
				want = append(want, tag)
			}
		}
		for member := range doc.Parts.Schemas[name].Properties {
			got = append(got, member)
		}
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(want, got) {
			t.Errorf("schema %s has %v, the Go type %v", name, got, want)
		}
	}
	for name := range doc.Parts.Schemas {
		if _, known := types[name]; !known && name != "LatLon" {
			t.Errorf("schema %s has no Go type in this test", name)
		}
	}
}
