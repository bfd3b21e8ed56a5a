// Package seismic listens to the samples of one geophone and says when somebody walks by, when a vehicle or an animal
// passes, or when something else shakes the ground again and again. It is pure signal processing on one stream of
// samples: no clock, no goroutine, and no allocation after New.
//
// A sample passes a band-pass of 10 to 45 Hz, where footsteps have their energy, and a recursive STA/LTA that sets its
// short-term energy against the noise of the place. At each peak of that ratio the last seconds are described by numbers:
// how regularly the peaks come and how well they divide among walkers, how much the level is like itself some steps before,
// whether a toe follows a heel, how peaky and how windy it is. A small network with trained weights tells from them people,
// animals, vehicles and nothing apart, and what it thinks over some peaks is what is told. Energy that stays is a vehicle
// where the network does not hear feet in it, or wind where it is stronger still below 8 Hz. See docs/geophones.md.
package seismic
