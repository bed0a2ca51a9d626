package core_test

func play() (code int, playing bool) { return 0, false }
