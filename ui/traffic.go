package ui

func getTraffic(c *call) error { return c.answer(list(c.s.cfg.Station.Traffic())) }
