// Package nmea reads the sentences GGA and RMC of NMEA 0183 (version 4.11, section 8.3), by which satellite receivers tell
// where they are. It is pure: bytes and times come in, fixes go out.
package nmea
