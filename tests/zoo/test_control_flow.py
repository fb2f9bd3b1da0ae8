"""The zoo's family control_flow: each model as in TensorFlow, or refused with a sentence."""

from tests.zoo.expect import family_test

test_model = family_test("control_flow")
