// Package mavftp is the vehicle's side of the MAVLink file transfer protocol (message 110) with ArduPilot's habits, over a
// small file system in memory. It knows no network and no clock: Server.Handle takes one payload and gives the answer,
// Server.Next gives what a burst sends next. A Server belongs to one goroutine.
package mavftp
