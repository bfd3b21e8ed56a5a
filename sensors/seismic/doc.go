// Package seismic listens to the samples of one geophone and says when somebody walks by, when a vehicle or an animal
// passes, or when something else shakes the ground again and again. It is pure signal processing on one stream of
// samples: no clock, no goroutine, and no allocation after New.
//
// A sample passes a band-pass of 10 to 45 Hz, where footsteps have their energy, and a recursive STA/LTA that sets its
// short-term energy against the noise of the place. Peaks of that ratio are steps when they come as regularly as people
// walk; energy that stays without peaks is a vehicle, or wind where it is stronger still below 8 Hz.
package seismic
