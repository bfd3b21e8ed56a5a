// Package camera plays the drones' cameras: it renders each camera's view of the world at the drone's true pose, encodes
// it as H.264, and serves it over RTSP at paths like /1/thermal and /1/eo. Pictures are taken at exact multiples of 1/15 s
// of UTC; a picture whose moment has passed is skipped, never queued. A stream is rendered and encoded only while
// somebody plays it. Sender reports carry the true time of capture. Beside the thermal picture
// goes MISB ST 0601 metadata of the true pose, five packets a second. All goroutines belong to Server.Run.
package camera
