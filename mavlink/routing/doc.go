// Package routing lets other stations, such as QGroundControl or a TAK plug-in, share the vehicles of this one. Frames pass as the
// bytes they came as, so that signatures and messages that nobody knows survive. The shape is a star: what a vehicle sends
// goes to the stations, what a station sends goes to the vehicle that it is for, and nothing goes from vehicle to
// vehicle. Each station may only read, or also control the vehicles that nobody else controls.
//
// A Router owns the links to the stations. What vehicles send never waits for a station: each has a bounded queue, and
// what finds no room is counted.
package routing
