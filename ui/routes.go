package ui

import (
	"net/http"
	"slices"
	"strings"

	"vedette/internal/access"
	"vedette/ui/api"
)

// base is where the API lives.
const base = "/api/v1"

// route is one thing that the server does, and who may have it done.
type route struct {
	method string
	path   string
	role   access.Role // needed; empty: open to everybody
	lease  bool        // the asker must hold the lease of the vehicle {id}
	socket bool        // upgrades to a WebSocket
	handle func(*call) error
}

// routes is the whole table: the mux is made from it, and the tests check every line of it.
func routes() []route {
	const get, post, put, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete
	const patch, options = http.MethodPatch, http.MethodOptions
	const viewer, operator, admin = access.RoleViewer, access.RoleOperator, access.RoleAdmin
	return []route{
		{method: get, path: "/healthz", handle: healthz},
		{method: get, path: "/readyz", handle: readyz},
		{method: get, path: "/metrics", handle: metrics},
		{method: get, path: base + "/healthz", handle: healthz},
		{method: get, path: base + "/readyz", handle: readyz},
		{method: get, path: base + "/metrics", handle: metrics},
		{method: get, path: base + "/openapi.json", role: viewer, handle: openAPI},

		{method: get, path: "/signin", handle: signInPage},
		{method: post, path: base + "/session", handle: signIn},
		{method: del, path: base + "/session", role: viewer, handle: signOut},
		{method: get, path: base + "/me", role: viewer, handle: getMe},

		{method: get, path: base + "/links", role: viewer, handle: getLinks},
		{method: get, path: base + "/routes", role: viewer, handle: getRoutes},
		{method: get, path: base + "/station/position", role: viewer, handle: getPost},
		{method: put, path: base + "/station/position", role: operator, handle: setPost},

		{method: get, path: base + "/vehicles", role: viewer, handle: getVehicles},
		{method: get, path: base + "/vehicles/{id}", role: viewer, handle: getVehicle},
		{method: get, path: base + "/traffic", role: viewer, handle: getTraffic},
		{method: post, path: base + "/vehicles/{id}/control", role: operator, handle: takeControl},
		{method: del, path: base + "/vehicles/{id}/control", role: operator, handle: releaseControl},
		{method: post, path: base + "/vehicles/{id}/control/ask", role: operator, handle: askForControl},
		{method: del, path: base + "/vehicles/{id}/control/ask", role: operator, handle: takeBackAsk},
		{method: post, path: base + "/vehicles/{id}/control/grant", role: operator, handle: grantControl},
		{method: post, path: base + "/vehicles/{id}/control/refuse", role: operator, handle: refuseControl},
		{method: post, path: base + "/vehicles/{id}/commands", role: operator, lease: true, handle: command},
		{method: post, path: base + "/vehicles/{id}/gimbal", role: operator, lease: true, handle: gimbal},
		{method: get, path: base + "/vehicles/{id}/bias", role: viewer, handle: getBias},
		{method: del, path: base + "/vehicles/{id}/bias", role: operator, handle: forgetBias},
		{method: get, path: base + "/vehicles/{id}/cameras", role: viewer, handle: getCameras},
		{method: post, path: base + "/vehicles/{id}/camera", role: operator, lease: true, handle: camera},
		{method: post, path: base + "/vehicles/{id}/tracking", role: operator, lease: true, handle: track},
		{method: del, path: base + "/vehicles/{id}/tracking", role: operator, lease: true, handle: stopTracking},
		{method: get, path: base + "/vehicles/{id}/mission", role: viewer, handle: getMission},
		{method: put, path: base + "/vehicles/{id}/mission", role: operator, lease: true, handle: setMission},
		{method: del, path: base + "/vehicles/{id}/mission", role: operator, lease: true, handle: clearPlan("mission")},
		{method: post, path: base + "/vehicles/{id}/mission/current", role: operator, lease: true, handle: setMissionItem},
		{method: get, path: base + "/vehicles/{id}/fence", role: viewer, handle: getFence},
		{method: put, path: base + "/vehicles/{id}/fence", role: operator, lease: true, handle: setFence},
		{method: del, path: base + "/vehicles/{id}/fence", role: operator, lease: true, handle: clearPlan("fence")},
		{method: post, path: base + "/vehicles/{id}/fence/enable", role: operator, lease: true, handle: enableFence(true)},
		{method: post, path: base + "/vehicles/{id}/fence/disable", role: operator, lease: true, handle: enableFence(false)},
		{method: get, path: base + "/vehicles/{id}/rally", role: viewer, handle: getRally},
		{method: put, path: base + "/vehicles/{id}/rally", role: operator, lease: true, handle: setRally},
		{method: del, path: base + "/vehicles/{id}/rally", role: operator, lease: true, handle: clearPlan("rally")},
		{method: get, path: base + "/vehicles/{id}/plan", role: viewer, handle: getPlan},
		{method: put, path: base + "/vehicles/{id}/plan", role: operator, lease: true, handle: setPlan},
		{method: del, path: base + "/vehicles/{id}/plan", role: operator, lease: true, handle: clearPlan("")},
		{method: post, path: base + "/plans/check", role: viewer, handle: checkPlan},
		{method: post, path: base + "/plans/convert", role: viewer, handle: convertPlan},
		{method: get, path: base + "/vehicles/{id}/parameters", role: viewer, handle: getParameters},
		{method: put, path: base + "/vehicles/{id}/parameters", role: operator, lease: true, handle: setParameters},
		{method: get, path: base + "/vehicles/{id}/parameters/{name}", role: viewer, handle: getParameter},
		{method: put, path: base + "/vehicles/{id}/parameters/{name}", role: operator, lease: true, handle: setParameter},
		{method: post, path: base + "/vehicles/{id}/parameters/compare", role: viewer, handle: compareParameters},
		{method: post, path: base + "/vehicles/{id}/parameters/load", role: viewer, handle: loadParameters},
		{method: post, path: base + "/vehicles/{id}/parameters/save", role: operator, handle: saveParameters},
		{method: get, path: base + "/parameters/saved", role: viewer, handle: getSavedParameters},
		{method: get, path: base + "/vehicles/{id}/files", role: operator, handle: getFiles},
		{method: put, path: base + "/vehicles/{id}/files", role: operator, lease: true, handle: putFile},
		{method: del, path: base + "/vehicles/{id}/files", role: operator, lease: true, handle: deleteFile},
		{method: post, path: base + "/vehicles/{id}/files", role: operator, lease: true, handle: changeFiles},
		{method: del, path: base + "/vehicles/{id}/transfer", role: operator, handle: cancelTransfer},
		{method: get, path: base + "/vehicles/{id}/logs", role: viewer, handle: getLogs},
		{method: del, path: base + "/vehicles/{id}/logs", role: operator, lease: true, handle: eraseLogs},
		{method: get, path: base + "/vehicles/{id}/logs/{n}", role: viewer, handle: getLog},
		{method: post, path: base + "/vehicles/{id}/logs/{n}/download", role: operator, handle: downloadLog},

		{method: get, path: base + "/vehicles/{id}/signing", role: viewer, handle: getSigning},
		{method: post, path: base + "/vehicles/{id}/signing", role: admin, lease: true, handle: setSigning},
		{method: del, path: base + "/vehicles/{id}/signing", role: admin, handle: forgetSigning},
		{method: get, path: base + "/vehicles/{id}/tlogs", role: viewer, handle: getTelemetryLogs},
		{method: get, path: base + "/vehicles/{id}/tlogs/{name}", role: viewer, handle: getTelemetryLog},

		{method: get, path: base + "/feeds", role: viewer, handle: getFeeds},
		{method: get, path: base + "/feeds/{id}", role: viewer, handle: getFeed},
		{method: get, path: base + "/feeds/{id}/snapshot", role: viewer, handle: getSnapshot},
		{method: get, path: base + "/feeds/{id}/place", role: viewer, handle: getFeedPlace},
		{method: post, path: base + "/feeds/{id}/whep", role: viewer, handle: watch},
		{method: options, path: base + "/feeds/{id}/whep", handle: watchOptions},
		{method: patch, path: base + "/feeds/{id}/whep/{session}", role: viewer, handle: patchWatch},
		{method: del, path: base + "/feeds/{id}/whep/{session}", role: viewer, handle: endWatch},
		{method: options, path: base + "/feeds/{id}/whep/{session}", handle: sessionOptions},
		{method: get, path: base + "/feeds/{id}/viewers", role: operator, handle: getViewers},
		{method: get, path: base + "/feeds/{id}/viewers/{session}", role: viewer, handle: getViewer},

		{method: put, path: base + "/feeds/{id}/recording", role: operator, handle: setRecording},
		{method: get, path: base + "/recordings", role: viewer, handle: getRecordings},
		{method: get, path: base + "/recordings/{name}", role: viewer, handle: getRecording},
		{method: get, path: base + "/recordings/{name}/index", role: viewer, handle: getRecordingIndex},
		{method: get, path: base + "/recordings/{name}/metadata", role: viewer, handle: getRecordedMetadata},

		{method: get, path: base + "/sensors", role: viewer, handle: getSensors},
		{method: get, path: base + "/sensors/unknown", role: viewer, handle: getStrangers},
		{method: get, path: base + "/sensors/{id}/waveform", role: viewer, handle: getWaveform},
		{method: put, path: base + "/sensors/{id}/mute", role: operator, handle: muteSensor},
		{method: del, path: base + "/sensors/{id}/mute", role: operator, handle: unmuteSensor},
		{method: get, path: base + "/patrols", role: viewer, handle: getPatrols},
		{method: put, path: base + "/patrols/{id}", role: operator, handle: setPatrol},
		{method: get, path: base + "/crossings", role: viewer, handle: getCrossings},
		{method: get, path: base + "/tracks", role: viewer, handle: getTracks},
		{method: get, path: base + "/tracks/{id}/history", role: viewer, handle: getTrackHistory},
		{method: get, path: base + "/alerts", role: viewer, handle: getAlerts},
		{method: get, path: base + "/alerts/{id}/history", role: viewer, handle: getAlertHistory},
		{method: get, path: base + "/alerts/{id}/pictures/{n}", role: viewer, handle: getAlertPicture},
		{method: post, path: base + "/alerts/{id}/acknowledge", role: operator, handle: decideAlert("acknowledge")},
		{method: post, path: base + "/alerts/{id}/resolve", role: operator, handle: decideAlert("resolve")},
		{method: post, path: base + "/alerts/{id}/false", role: operator, handle: decideAlert("false")},
		{method: post, path: base + "/alerts/{id}/assign", role: operator, handle: assignAlert},
		{method: get, path: base + "/operators", role: operator, handle: getOperators},
		{method: get, path: base + "/accounts", role: admin, handle: getAccounts},
		{method: post, path: base + "/accounts", role: admin, handle: addAccount},
		{method: patch, path: base + "/accounts/{name}", role: admin, handle: changeAccount},
		{method: get, path: base + "/cues", role: viewer, handle: getCues},
		{method: post, path: base + "/cues/{id}/approve", role: operator, handle: approveCue},
		{method: post, path: base + "/cues/{id}/reject", role: operator, handle: rejectCue},
		{method: post, path: base + "/cues/{id}/end", role: operator, handle: endCue},
		{method: post, path: base + "/vehicles/{id}/follow", role: operator, lease: true, handle: followTrack},
		{method: get, path: base + "/zones", role: viewer, handle: getZones},

		{method: get, path: base + "/configuration", role: operator, handle: getConfiguration},
		{method: put, path: base + "/configuration/sensors/{id}", role: operator, handle: setEntry("sensors")},
		{method: del, path: base + "/configuration/sensors/{id}", role: operator, handle: removeEntry("sensors")},
		{method: post, path: base + "/configuration/sensors/{id}/reset", role: operator, handle: resetEntry("sensors")},
		{method: put, path: base + "/configuration/zones/{id}", role: operator, handle: setEntry("zones")},
		{method: del, path: base + "/configuration/zones/{id}", role: operator, handle: removeEntry("zones")},
		{method: post, path: base + "/configuration/zones/{id}/reset", role: operator, handle: resetEntry("zones")},
		{method: put, path: base + "/configuration/feeds/{id}", role: admin, handle: setEntry("feeds")},
		{method: del, path: base + "/configuration/feeds/{id}", role: admin, handle: removeEntry("feeds")},
		{method: post, path: base + "/configuration/feeds/{id}/reset", role: admin, handle: resetEntry("feeds")},
		{method: put, path: base + "/configuration/links/{id}", role: admin, handle: setEntry("links")},
		{method: del, path: base + "/configuration/links/{id}", role: admin, handle: removeEntry("links")},
		{method: post, path: base + "/configuration/links/{id}/reset", role: admin, handle: resetEntry("links")},

		{method: get, path: base + "/events", role: viewer, handle: getEvents},
		{method: get, path: base + "/audit", role: operator, handle: getAudit},
		{method: get, path: base + "/export", role: operator, handle: exportPeriod},
		{method: get, path: base + "/replay", role: viewer, handle: getPast},
		{method: get, path: base + "/replay/alerts", role: viewer, handle: getRecordedAlerts},
		{method: get, path: base + "/replay/timeline", role: viewer, handle: getTimeline},

		{method: get, path: base + "/terrain", role: viewer, handle: getTerrain},
		{method: get, path: base + "/terrain/elevation", role: viewer, handle: getElevation},
		{method: get, path: base + "/terrain/viewshed", role: viewer, handle: getViewshed},
		{method: get, path: base + "/terrain/{z}/{x}/{y}.png", role: viewer, handle: getTerrainTile},
		{method: get, path: base + "/maps", role: viewer, handle: getMaps},
		{method: get, path: base + "/maps/{id}/{z}/{x}/{y}", role: viewer, handle: getMapTile},

		{method: get, path: base + "/live", role: viewer, socket: true, handle: liveSocket},
	}
}

// newMux makes the mux of the table. Each path is registered once, without its methods, so that a wrong method is
// answered with a problem document too.
func (s *Server) newMux(table []route) *http.ServeMux {
	paths := map[string]map[string]route{}
	for _, rt := range table {
		if paths[rt.path] == nil {
			paths[rt.path] = map[string]route{}
		}
		paths[rt.path][rt.method] = rt
	}
	mux := http.NewServeMux()
	for path, methods := range paths {
		// A wildcard of the mux is a whole segment; the handler takes the suffix off.
		mux.HandleFunc(strings.TrimSuffix(path, ".png"), func(w http.ResponseWriter, r *http.Request) {
			s.dispatch(w, r, methods)
		})
	}
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, r, api.NotFound("there is no %s; %s/openapi.json says what there is", r.URL.Path, base))
	})
	mux.HandleFunc("/", s.serveConsole)
	return mux
}

func (s *Server) dispatch(w http.ResponseWriter, r *http.Request, methods map[string]route) {
	w.Header().Set("Cache-Control", "no-store")
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	rt, ok := methods[method]
	if !ok {
		allowed := make([]string, 0, len(methods))
		for m := range methods {
			allowed = append(allowed, m)
		}
		slices.Sort(allowed)
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		s.fail(w, r, api.NewProblem(http.StatusMethodNotAllowed, "%s takes %s", r.URL.Path, strings.Join(allowed, ", ")))
		return
	}
	c := &call{s: s, w: w, r: r}
	err := s.admit(c, rt)
	if err == nil {
		err = c.served(rt)
	}
	if err != nil {
		s.fail(w, r, err)
	}
}

// served handles an admitted request. A lease that it needs does not run out meanwhile.
func (c *call) served(rt route) error {
	if rt.lease {
		id, err := c.vehicle()
		if err != nil {
			return err
		}
		defer c.s.cfg.Access.Leases.Keep(id, c.who.Name)()
	}
	return rt.handle(c)
}
