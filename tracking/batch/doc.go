// Package batch runs the fusion over recorded measurements: `vedette track`. It reads and writes JSON lines in the format
// trackbench/1 (header, sensor, scan, trip, report and end lines in order of arrival; a line of tracks for each report) and uses the
// station's own fusion, unchanged. The same input gives the same output, byte for byte.
package batch
