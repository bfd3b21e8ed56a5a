package config

import "fmt"

func (c *checker) routes(routes []Route) {
	seen := map[string]bool{}
	for i, r := range routes {
		at := fmt.Sprintf("routes[%d]", i)
		c.uniqueID(at+".name", r.Name, seen)
		given := 0
		for key, addr := range map[string]string{
			"udpServer": r.UDPServer, "udpClient": r.UDPClient, "tcpServer": r.TCPServer, "tcpClient": r.TCPClient,
		} {
			if addr != "" {
				given++
				c.address(at+"."+key, addr)
			}
		}
		if given != 1 {
			c.addf(at, "give exactly one of udpServer, udpClient, tcpServer, tcpClient (found %d)", given)
		}
		c.oneOf(at+".access", r.Access, "", "read", "control")
		if r.Operator != "" && r.Access != "control" {
			c.addf(at+".operator", "only a station with 'access: control' has use for it")
		}
		for k, id := range r.Vehicles {
			if id < 1 || id > 255 {
				c.addf(fmt.Sprintf("%s.vehicles[%d]", at, k), "%d is not a MAVLink system id (1 to 255)", id)
			}
		}
	}
}
