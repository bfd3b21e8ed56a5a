// Package thermal finds warm things in single thermal pictures. It is pure: no clock, no network, no goroutines.
package thermal

// Gray is one 8-bit picture, white being hot.
type Gray struct {
	// Pix holds the rows, each Stride bytes apart.
	Pix []byte
	// Stride is the distance in bytes from one row to the next, at least Width.
	Stride int
	// Width and Height are the picture's size in pixels.
	Width, Height int
}

// valid reports whether Pix is large enough for the other fields.
func (g *Gray) valid() bool {
	return g != nil && g.Width > 0 && g.Height > 0 && g.Stride >= g.Width &&
		len(g.Pix) >= (g.Height-1)*g.Stride+g.Width
}

// Classes holds a probability for each class; they sum to one.
type Classes struct {
	Person, Vehicle, Animal, Other float64
}

// Best returns the name and probability of the likeliest class.
func (c Classes) Best() (name string, p float64) {
	name, p = "person", c.Person
	if c.Vehicle > p {
		name, p = "vehicle", c.Vehicle
	}
	if c.Animal > p {
		name, p = "animal", c.Animal
	}
	if c.Other > p {
		name, p = "other", c.Other
	}
	return name, p
}

// Box is one detection.
type Box struct {
	// X, Y is the upper left corner and W, H the size, in pixels of the picture.
	X, Y, W, H float64
	// Score is between 0 and 1, higher being surer.
	Score float64
	// Class says what it may be.
	Class Classes
	// ID is the number of the object that was followed here from picture to picture; 0: single pictures only.
	ID uint64
}

// Detector finds objects in pictures. It is used by one goroutine at a time.
type Detector interface {
	// Detect returns the objects in the picture, best first. The slice belongs to the detector and is valid until the
	// next call. A picture whose fields contradict one another gives none.
	Detect(gray *Gray) []Box
}
