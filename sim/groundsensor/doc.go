// Package groundsensor plays the ground sensors: it decides from the world what each sensor notices and sends it
// over the wires that real ones use: a serial gateway on a pseudo-terminal that speaks the vedette-line protocol, and
// Raspberry Shake datagrams whose waveform carries footsteps over ground noise. All goroutines belong to Sensors.Run.
package groundsensor
