package sensors

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"

	"vedette/internal/serialport"
	"vedette/sensors/line"
)

const (
	// readLimit bounds every read; an idle gateway is no fault.
	readLimit = 5 * time.Second
	// afterFault is the pause before a gateway goroutine that failed starts anew.
	afterFault = time.Second

	readSize    = 4 << 10
	maxDatagram = 64 << 10
)

// runGateway receives from one gateway until ctx is done, whatever comes in.
func (s *Service) runGateway(ctx context.Context, g GatewayConfig) {
	for ctx.Err() == nil {
		if err := s.receive(ctx, g); err != nil && ctx.Err() == nil {
			s.log.Error("sensor gateway failed, starting it anew", "gateway", g.Name, "error", err)
		}
		pause(ctx, afterFault)
	}
}

// receive runs a gateway once. A fault of the program costs this gateway a second, and no other anything.
func (s *Service) receive(ctx context.Context, g GatewayConfig) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			s.registry.count(func(c *Stats) { c.Panics++ })
			err = fmt.Errorf("a fault of the program: %v", fault)
		}
	}()
	switch {
	case g.Serial != nil:
		port := *g.Serial
		if port.Log == nil {
			port.Log = s.log.With("gateway", g.Name)
		}
		return serialport.Run(ctx, port, func(ctx context.Context, p *serialport.Port) error {
			return s.receiveStream(ctx, g.Name, p)
		})
	case g.Protocol == ProtocolShake:
		return s.receiveDatagrams(ctx, g, newGeophones(s.registry.configs(), g.Name).take)
	default:
		return s.receiveDatagrams(ctx, g, s.takeLines)
	}
}

// receiveStream reads lines until the port is gone.
func (s *Service) receiveStream(ctx context.Context, gateway string, port net.Conn) error {
	var split line.Splitter
	buffer := make([]byte, readSize)
	for ctx.Err() == nil {
		if err := port.SetReadDeadline(time.Now().Add(readLimit)); err != nil {
			return err
		}
		n, err := port.Read(buffer)
		s.feed(gateway, &split, buffer[:n])
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return err
		}
	}
	return nil
}

// feed takes the next bytes of a stream of lines.
func (s *Service) feed(gateway string, split *line.Splitter, b []byte) {
	cut := split.Cut
	arrived := s.cfg.Now()
	split.Feed(b, func(one []byte) { s.takeLine(gateway, one, arrived) })
	if lost := split.Cut - cut; lost > 0 {
		s.registry.count(func(c *Stats) { c.Malformed += lost })
	}
}

func (s *Service) takeLine(gateway string, one []byte, arrived time.Time) {
	m, err := line.Parse(one)
	s.registry.count(func(c *Stats) {
		c.Lines++
		switch {
		case errors.Is(err, line.ErrChecksum):
			c.BadChecksum++
		case err != nil:
			c.Malformed++
		}
	})
	if err != nil {
		return
	}
	if e, ok := s.registry.message(gateway, m, arrived); ok {
		s.emit(e)
	}
}

// takeLines takes a datagram that holds whole lines.
func (s *Service) takeLines(_ *Service, g GatewayConfig, b []byte, _ netip.AddrPort) {
	var split line.Splitter
	s.feed(g.Name, &split, b)
	s.feed(g.Name, &split, []byte{'\n'}) // the end of a datagram ends a line
}

// receiveDatagrams reads until the socket closes.
func (s *Service) receiveDatagrams(ctx context.Context, g GatewayConfig,
	take func(s *Service, g GatewayConfig, b []byte, from netip.AddrPort),
) error {
	socket, ok := s.sockets[g.Name].(*net.UDPConn)
	if !ok {
		return errors.New("the gateway has no UDP socket")
	}
	buffer := make([]byte, maxDatagram)
	for ctx.Err() == nil {
		if err := socket.SetReadDeadline(time.Now().Add(readLimit)); err != nil {
			return fmt.Errorf("set the read deadline: %w", err)
		}
		n, from, err := socket.ReadFromUDPAddrPort(buffer)
		if err != nil {
			if errors.Is(err, os.ErrDeadlineExceeded) {
				continue
			}
			return fmt.Errorf("receive: %w", err)
		}
		s.registry.count(func(c *Stats) { c.Datagrams++ })
		take(s, g, buffer[:n], netip.AddrPortFrom(from.Addr().Unmap(), from.Port()))
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
