// Package follow turns what a detector sees in single pictures into objects that keep their number from picture to picture.
// It takes out the camera's own motion, which it measures from the pictures. It is pure: no clock, no network, no
// goroutines. After the first picture of a size it allocates nothing.
package follow
