// Package klv reads and writes the metadata that travels beside a picture: MISB ST 0601 (UAS datalink local set), with the
// sets nested in it of ST 0102 (security) and ST 0903 (moving targets). Numbers come in SI units and degrees, and a name
// says its unit; what a standard marks as unknown or in error is absent. What comes from the wire is bounded in size, in
// number and in depth. The package has no goroutines and reads no clock.
package klv
