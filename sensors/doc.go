// Package sensors receives what ground sensors report: seismic nodes, infrared detectors (PIR) and beams behind serial
// gateways that speak the vedette-line protocol, and Raspberry Shake geophones, whose waveform it listens to itself. It
// keeps a registry with the health of every sensor.
//
// A Service owns all of its goroutines: Run starts them and returns when they have ended. Readings of bad quality (a
// wrong checksum, an unknown sensor, a repetition, a clock far off) are counted, told once a minute, and harm nothing
// else.
package sensors
