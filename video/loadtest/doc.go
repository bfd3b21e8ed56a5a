// Package loadtest measures the relay under load beside a plain forwarder, which does what other relays do: for every viewer
// a peer connection with a UDP socket of its own, the library's interceptors, and one write for each packet. Both run as
// processes of their own on the same camera, one after the other, so that the figures are ratios of one run. It holds tests
// only: go test -bench Relay ./video/loadtest.
package loadtest
