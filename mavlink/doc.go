// Package mavlink is the station's side of MAVLink: it owns the links, finds vehicles by their heartbeats, keeps their
// state with the time of every value, keeps a history of poses for geo-referencing, and speaks the services that fly
// vehicles, point their cameras and read and write what they store. docs/mavlink.md says what goes over the wire.
//
// A [Service] is made with New and works while Run does. Run owns every goroutine: those of the links and of the router,
// one that keeps time, one each for keys, telemetry logs, terrain and corrections, two for each vehicle (one asks it for what
// the station needs, one keeps its gimbals turning) and one more while it is led, and what goes on in the background.
// Everything else may be called from anywhere, and waits only under its context. Nothing here flies a vehicle by itself:
// flight actions happen only through [Service.Command] and [Service.Do]. What these begin (an orbit, following the post) goes
// on until another command comes, [Service.EndLeading] is called, or the vehicle is lost or leaves the mode.
//
// # How a frame becomes state
//
// mavlink/link finds frames and hands them to Receive (discover.go), which checks their signature (sign.go), makes vehicles
// of heartbeats and gives the frame to its vehicle, a system (system.go). The system judges whether the frame is
// its own (identity.go, timeline.go) and news (paths.go, repeats.go), and changes its state (systemreceive.go, and the
// apply functions of motion.go, health.go, surroundings.go, gimbalstate.go, camera.go and others). What a vehicle tells is seen
// in a [Vehicle] (vehicle.go, condition.go, systemview.go), and changes come through updates.go. Whoever waits for a message
// hears it through inbox.go. What is said to a vehicle leaves on the way that is best (paths.go).
//
// # Protocols and who drives them
//
// The packages below hold the protocols as state machines and tables, without clock, network or goroutine: they are told
// what came and what time it is, and answer what to send and when to look again. The files of this package drive them.
//
//   - dialog: what the machines have in common; talk.go drives them, progress.go shows how far they are
//   - command: command protocol; order.go, execute.go, evidence.go; the commands are those of command.go and commands.go, their
//     meaning for each autopilot plan.go, planardupilot.go and planpx4.go, and fly.go carries them out
//   - mission: missions, fences, rally points; mission.go, missiondrive.go, planwatch.go
//   - planfile: .plan files and "QGC WPL 110" texts; used by internal/station
//   - param: parameters, their names, files and what is known about them; parameter.go and the files parameter*.go
//   - metadata: what a vehicle says that its parameters mean, in files packed as xz says; metadatafile.go, parameterabout.go
//   - ftp: MAVFTP; files.go
//   - metadata: what a vehicle tells of its parameters, packed by xz or gzip; parameterabout.go, metadatafile.go; settings of
//     cameras and gimbals, by param too: parameterext.go
//   - onboardlog: logs on the vehicle, with spans for what has come; onboardlogs.go, logdownload.go, logfolder.go
//   - gimbal: gimbal protocol v2 and the mounts of before it; gimbal.go, gimbalcontrol.go, gimbalstate.go, steer.go
//   - deadman: what moves only as long as somebody asks for it; mover.go drives it for gimbals (steer.go) and lenses (lens.go)
//   - camera: camera protocol v2, video streams, tracking in the picture; camera.go, lens.go, track.go, part.go, partwish.go
//   - event: PX4 events; px4events.go
//   - terrain: TERRAIN_REQUEST; terrain.go
//   - rtcm: frames of corrections; rtk.go
//
// These do have goroutines, files or sockets of their own:
//
//   - link: transports, frames, queues, pacing, loss; links.go and service.go
//   - signing: keys, timestamps, replay; sign.go, signstate.go, hearing.go
//   - tlog: telemetry logs; record.go, telemetryexport.go
//   - routing: other stations that share the vehicles; route.go
//
// mavlinktest is an autopilot for tests, mavlinktest/virtual a link with faults on a virtual clock for the machines.
//
// # What has no package of its own
//
//   - Several links to one vehicle: paths.go, failover.go, repeats.go
//   - Two vehicles with one id, reboots, swaps: identity.go, timeline.go, systemlife.go
//   - Clocks, and the poses that rest on them: clock.go, boottime.go, stationclock.go; pose.go, series.go, quaternion.go
//   - What is asked of a vehicle: attend.go, poll.go; how often it tells: rates.go, ratekeeper.go, attendrates.go
//   - Its components: components.go, part.go
//   - Health: health.go, battery.go, endurance.go, gps.go, estimator.go, sensorhealth.go, failsafe.go, arming.go, texts.go
//   - What the station leads step by step: lead.go, orbit.go; following the post: follow.go
//   - Traffic and remote identification: traffic.go, remoteid.go; high-latency links: highlatency.go
//   - Differences between autopilots: pilot.go, ardupilot.go, px4.go, class.go, modes.go
//
// gomavlib gives the dialect and the codec; mavlink/link says why its nodes are not used.
package mavlink
