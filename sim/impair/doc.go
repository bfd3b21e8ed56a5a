// Package impair stands between two ends of a wire and makes it bad: it loses, delays, repeats, reorders and paces what passes,
// and cuts the wire, as radios, mobile networks and routers do. UDP relays datagrams, TCP relays connections as streams; both
// keep counters, so that a test can prove that what it meant to happen did happen.
//
// Everything random comes from the seed. A relay owns its goroutines; all of them end before Run returns.
package impair
