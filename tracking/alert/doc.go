// Package alert turns trips of ground sensors and tracks into few alerts that explain themselves. One event in the world
// is one alert, which grows in place: what is sensed near it joins it, and it follows the track of what it is about.
//
// A trip alone never alerts. It takes two sensors that one walker or driver can have passed, or a trip and a track within
// the sensor's reach, or a track of a person or vehicle that crosses or nears a border or is inside an area. Many sensors
// of one kind at once over a wide front are weather. What is most likely an animal stays below the threshold.
//
// The package is pure: time comes in as a value, nothing waits, and an Engine belongs to one goroutine.
package alert
