// Package render draws what a camera sees of the simulated world, in thermal infrared or in daylight colour. Geometry is a
// pinhole without distortion: every object is projected at full precision at the camera's true pose, in its true size,
// hidden by terrain and trees. Ground texture is anchored to the world, so that it moves as ground does. The package is
// pure: no goroutines, no clock, no network.
package render
