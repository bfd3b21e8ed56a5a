package decode

import (
	"context"
	"fmt"
	"slices"
	"time"

	"vedette/video/child"
)

// partner is one running decoder child, seen from the parent.
type partner struct {
	process *child.Process
	reader  messageReader
	scratch []byte
	meter   meter
}

// startPartner starts the child for a codec. Ending ctx kills it.
func startPartner(ctx context.Context, cfg Config, codec Codec) (*partner, error) {
	command := append(slices.Clone(cfg.Command), string(codec))
	p, err := child.Start(ctx, child.Spec{Command: command, Env: append([]string{"GOMAXPROCS=1"}, cfg.Env...), Dir: "/"})
	if err != nil {
		return nil, fmt.Errorf("start decoder: %w", err)
	}
	return &partner{process: p, reader: messageReader{r: p.Out}, meter: meter{pid: p.PID()}}, nil
}

// greeting reads what the child says first.
func (p *partner) greeting() (hello, error) {
	if err := p.process.Within(greetTimeout); err != nil {
		return hello{}, fmt.Errorf("set deadline: %w", err)
	}
	m, err := p.reader.next(maxText + 2)
	if err != nil {
		return hello{}, fmt.Errorf("await decoder: %w", err)
	}
	return parseHello(m)
}

// ask sends a request and reads its reply; hang bounds both together.
func (p *partner) ask(r request, hang time.Duration) (reply, error) {
	if err := p.process.Within(hang); err != nil {
		return reply{}, fmt.Errorf("set deadline: %w", err)
	}
	var err error
	if p.scratch, err = writeMessage(p.process.In, p.scratch, kindRequest, r.head(), r.data); err != nil {
		return reply{}, fmt.Errorf("send access unit: %w", err)
	}
	m, err := p.reader.next(maxMessage)
	if err != nil {
		return reply{}, fmt.Errorf("await picture: %w", err)
	}
	return parseReply(m)
}
