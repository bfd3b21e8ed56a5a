// Package cue proposes which vehicle could look soonest at what an alert is about, and guides it there once an operator
// has approved. It is pure: time comes in as a value, an Engine belongs to one goroutine, and all it gives out is
// intents, which the station carries out. Before an approval there are none.
package cue
