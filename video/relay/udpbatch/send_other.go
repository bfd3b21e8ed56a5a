//go:build !linux || !(amd64 || arm64)

package udpbatch

type sys struct{}

func (*sys) init() {}

func (c *Conn) prepare() {
	_ = c.udp.SetWriteBuffer(socketBuffer) // the kernel caps it where it must
	_ = c.udp.SetReadBuffer(socketBuffer)
}

func (b *Batch) send(c *Conn, d []datagram) { b.plain(c, d) }
