// Package batch runs the fusion over recorded measurements: `vedette track`. Its input and output are JSON lines, described in
// docs/fusion.md. It uses the station's own fusion, unchanged.
package batch
