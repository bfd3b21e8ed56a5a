// Package mavlink is the station's side of MAVLink: it owns the links, finds vehicles by their heartbeats, keeps their
// state with the time of every value, keeps a history of poses for geo-referencing, and speaks the services that fly
// them: commands, gimbal, camera streams, missions, parameters.
//
// A Service is made with New and works while Run does. Run owns every goroutine: those of the links, one that keeps time,
// and one for each vehicle that asks it for what the station needs. Everything else may be called from anywhere, and
// waits only under its context. Nothing here flies a vehicle by itself: flight actions happen only through Command.
//
// gomavlib gives the dialect and the codec; mavlink/link says why its nodes are not used. mavlink/mission holds the
// mission protocol as state machines without clock or network.
package mavlink
