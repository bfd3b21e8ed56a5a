// Package signing is MAVLink 2 message signing: keys, signatures, timestamps that only rise, and the table of streams by
// which a replay is told from news. A Ring holds one key for each vehicle with what belongs to it, and keeps it in files
// that nobody else may read. Nothing here knows a network or a clock; who calls says what time it is.
//
// Keys never leave a Ring except into its file and into the one message that gives a vehicle its key.
package signing
