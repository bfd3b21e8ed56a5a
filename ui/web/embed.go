// Package web is the console as the build left it, embedded in the binary. In a clean clone the folder dist holds nothing
// but a placeholder, and the server says that the console has not been built.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Dist is the built console, with index.html at its root once it has been built.
func Dist() (fs.FS, error) {
	return fs.Sub(dist, "dist")
}
