"""The provider for random values: RandomPassword, RandomString, RandomId, RandomPet."""
