package api

// Account is a person who signs in with a password.
type Account struct {
	Name     string `json:"name"`
	Role     string `json:"role"` // viewer, operator, admin
	Disabled bool   `json:"disabled,omitempty"`
	Created  Time   `json:"created"`
	// SecondFactor tells since when a code is asked for at sign-in; left out: the password is enough.
	SecondFactor *Time `json:"secondFactor,omitempty"`
}

// NewAccount is the body of POST /accounts.
type NewAccount struct {
	Name     string `json:"name"`
	Role     string `json:"role"`
	Password string `json:"password"`
}

// AccountChange is the body of PATCH /accounts/{name}: one of its members.
type AccountChange struct {
	Role     string `json:"role,omitempty"`
	Disabled *bool  `json:"disabled,omitempty"`
	Password string `json:"password,omitempty"`
	// SecondFactor can only be false: it takes the second factor off, for somebody who has lost it.
	SecondFactor *bool `json:"secondFactor,omitempty"`
}
