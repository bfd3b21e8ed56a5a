package ui

import "vedette/ui/api"

func getBias(c *call) error {
	return known(c, func(id int) ([]api.CameraBias, error) {
		biases, err := c.s.cfg.Station.Bias(id)
		return list(biases), err
	})
}

func forgetBias(c *call) error { return c.perform("forgetBias", nil, 0, c.s.cfg.Station.ForgetBias) }
