// Package export writes what a station has on record about tracks and alerts in forms that other programs read: GeoJSON
// (RFC 7946), KML (OGC 07-147r2 with Google's gx:Track), CSV (RFC 4180) and JSON lines. It reads a store and changes
// nothing; a running station is not held up.
package export
