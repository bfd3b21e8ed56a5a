// Package georef relates the pixels of a camera to places on the ground: pixel to ground with an error ellipse, ground to
// pixel, the footprint of the camera on the terrain, and lines of sight.
//
// It is pure: no goroutine, clock, logger or network. A Locator is safe for concurrent use when its Ground is.
//
// Axes. A camera (and a platform) has x forward along the optical axis, y to the right of the image and z down the image. Its
// attitude turns these axes to north, east, down: first roll about x, then pitch about y, then yaw about z. Pitch -90 looks
// straight down, with the top of the image towards the yaw. A gimbal's angles turn the camera against its platform in the
// same manner (MISB ST 0601: platform tags 5 to 7 applied first, then sensor tags 18 to 20).
package georef
