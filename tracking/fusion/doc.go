// Package fusion turns detections of cameras and trips of ground sensors into tracks of people, vehicles and animals.
//
// A Tracker has one owner: it is not safe for concurrent use, starts no goroutine, reads no clock and writes no log. The
// same calls in the same order give the same tracks, bit for bit.
//
// Measurements may arrive late and out of order. They are kept in a log ordered by the time of measurement, with snapshots of
// the whole state; when Tracks is called, the tracker goes back to the snapshot before the oldest new measurement and works
// forward again, so that the result is the one that the right order would have given. Measurements older than Config.Lag are
// refused and counted.
//
// All positions of one tracker lie in one local plane around its first measurement. It is made for sectors of some tens of
// kilometres; a region of hundreds of kilometres needs one tracker for each sector.
package fusion
