package ingest

import "testing"

func TestDamagedPacketsDoNotEndAConnection(t *testing.T) {
	c := &connection{failed: make(chan error, 1)}
	for range 20 {
		for range maxStrangers {
			c.stranger()
		}
		c.known()
	}
	if len(c.failed) != 0 {
		t.Fatalf("packets of another SSRC between good ones end the connection: %v", <-c.failed)
	}
	for range maxStrangers + 1 {
		c.stranger()
	}
	if len(c.failed) != 1 {
		t.Error("a sender with another SSRC is followed no further, and no new connection is made")
	}
}
