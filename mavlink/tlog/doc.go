// Package tlog is the telemetry log of Mission Planner, QGroundControl and pymavlink: for each frame eight bytes with the
// microseconds since 1970, the most significant first, then the frame as it was on the wire. A Recorder writes one for each
// vehicle, of both directions, and never makes anybody wait; a Reader finds the frames again, also behind damage.
package tlog
